-- Answers the time, and what was said after a number. ARGV: epoch, number.
if not burning(ARGV[1]) then return 'gone' end
return {now, since(tonumber(ARGV[2]), number('seq'))}

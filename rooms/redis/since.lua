-- Answers what was said after a number. ARGV: epoch, number.
if not burning(ARGV[1]) then return 'gone' end
return since(tonumber(ARGV[2]), number('seq'))

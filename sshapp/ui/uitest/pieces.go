package uitest

import "golang.org/x/text/unicode/norm"

// RowPieces are parts for random rows of a screen: text of all widths, styles and links
// that are left open, and what no row may contain.
var RowPieces = []string{
	"", "a", "b", " ", "   ", "hello ", "12:34", "12:35", "·", "▰▰▱", "ß",
	"世", "世界", "😀", "👨‍👩‍👧", "🇩🇪", "🇩", "e\u0301", "\u0301", "1\ufe0f\u20e3", "❤\ufe0f", "ᄀ", "ᅡ", "\u0600", "\u200d",
	"\x1b[m", "\x1b[0m", "\x1b[31m", "\x1b[1;44m", "\x1b[0;7m", "\x1b[38;5;200m", "\x1b[4:3m",
	"\x1b]8;;https://a.example\x1b\\", "\x1b]8;;https://b.example\a", "\x1b]8;;\x1b\\",
	"हि", "क्ष", "न्दी ", "กำ", "é", "…", "━━━●", "  \x1b[G", "\x1b[G│ ", "\x1b[G", "\x1b[7G", "\x1b[K",
	"\t", "\n", "\r", "\x1b[2J", "\x1b[3;3H", "\x1b[>4;1m", "\x1b]0;no\a", "\x1b[", "\x1b]8;;https://", "\u009b", "\xff", "\xc2", "\x7f",
	"the quick brown fox jumps over the lazy dog",
}

// Sentences are in scripts and signs about whose width terminals disagree.
var Sentences = map[string]string{
	"Hindi":   "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है, उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है",
	"Thai":    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรมทำงานร่วมกันด้วยน้ำใจ",
	"Tamil":   "மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும், உரிமைகளிலும் சமமானவர்கள்",
	"Bengali": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে। তাঁদের বিবেক এবং বুদ্ধি আছে",
	"Khmer":   "មនុស្សទាំងអស់ កើតមកមានសេរីភាព និងសមភាព ក្នុងផ្នែកសេចក្ដីថ្លៃថ្នូរនិងសិទ្ធិ មនុស្ស មានវិចារណញ្ញាណនិងសតិសម្បជញ្ញៈ",
	"Hebrew":  "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ וְהָאָרֶץ הָיְתָה תֹהוּ וָבֹהוּ",
	"Korean":  norm.NFD.String("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다"),
	"emoji":   "family 👩‍👩‍👧 flags 🇩🇪🇫🇷 thumbs 👍🏽 heart ❤️ and words after them that fill the row",
	"French":  "« Où êtes-vous ? » … “là-bas” — été, hélas, déjà passé ; élève zélé né à côté, où l’été l’a réchauffé",
}

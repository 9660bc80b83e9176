"""Arabic speaks to a woman as to a man: no imperative and no verb of the second person that is only masculine."""

import re

from evidence_kit.words import catalogue

# Imperatives to one man, as volunteers would be told to do something; a noun of action («يرجى كتابة») speaks to all.
COMMANDS = (
    "اكتب", "اختر", "افتح", "احذف", "شغّل", "شغل", "أعد", "أعط", "أعطِ", "انسخ", "ضع", "استعمل", "اضغط", "اطلب",
    "راجع", "تأكد", "جرّب", "جرب", "أضف", "أزل", "ابدأ", "انتظر", "اسأل", "احفظ", "أدخل", "اقرأ", "اترك", "استخدم",
    "حدّد", "امسح", "أكمل", "نفّذ", "قارن", "اطبع", "افصل", "أخبر", "أغلق", "املأ", "انقل", "أفرغ", "أنشئ", "اعرض",
    "انتقل", "اجعل", "احتفظ", "أجب", "أبقِ", "كرّر", "سمّ", "سمِّ", "اذكر", "حاول", "صحّح", "اصنع", "انزع", "أصلح",
    "انظر", "اقطع", "ارجع", "اجمع", "استبدل", "أفسح", "ألصق", "اختم", "أخل", "هيّئ",
)  # fmt: skip
DENIALS = (
    "تحذف", "تنسخ", "تنظر", "تسأل", "تدع", "تنقله", "تستعملها", "ترمها", "ترفقها", "ترسلها", "توقفها", "تفتحهما",
    "تغادر", "تحظر", "تستعمل", "تصوّر", "تعتمد", "تحدّث", "تسجّل", "تغيّر",
)  # fmt: skip
SUFFIX = "(?:ها|ه|هم|هما|هن)?"
COMMAND = re.compile(rf"(?:^|[.؛:؟!،(]\s+|\n\s*(?:[0-9]+\. )?|\s[وف](?!ضع)|ثم )(?:{'|'.join(COMMANDS)}){SUFFIX}(?!\w)")
DENIAL = re.compile(rf"(?<!\w)[وف]?لا (?:{'|'.join(DENIALS)})(?!\w)")
# It is the page, the tool or a case that does it.
OF_A_THING = {"export.as_", "takedown.why.no-detail", "page.offline", "takedown.submits-nothing"}


def test_what_a_test_of_commands_finds() -> None:
    for text in ("اكتب المسار.", "لم يتغير شيء؛ أعد الأمر.", "قف وانسخها.", "1\n2. افتح المحادثة."):
        assert COMMAND.search(text), text
    for text in ("يرجى كتابة المسار.", "يرجى مقارنة النسختين", "أضفى", "لم يُقارن شيء"):
        assert not COMMAND.search(text), text


def test_no_arabic_sentence_gives_orders_to_a_man_alone() -> None:
    said = catalogue("ar").sentences
    found = {
        (name, (COMMAND.search(text) or DENIAL.search(text) or [""])[0])
        for name, sentence in said.items()
        for text in ([sentence] if isinstance(sentence, str) else sentence.values())
        if COMMAND.search(text) or DENIAL.search(text)
    }
    assert {each for each in found if each[0] not in OF_A_THING} == set()

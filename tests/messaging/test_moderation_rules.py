import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.rules import levels, reports, sanctions, texts, words

LISTS = words.words_of(severe=["kys"], mild=["shit", "fuck", "ass", "crap", "idiot"], allowed=["Ast"])

INNOCENT = [
    "Scunthorpe is a town in Lincolnshire",
    "The class will assess the assassin's passage",
    "A cockpit, a peacock and Moby-Dick",
    "Essex and Sussex are counties",
    "mass, grass, brass and bass",
    "Shiitake mushrooms are tasty",
    "He is as good as gold, as always",
    "a s a p please",
    "x + y = 4 and a = 5",
    "Say A, B, C and D",
    "The scrap of paper was scrapped",
    "Mishit ball, he said",
    "Idiotproof? idiosyncratic!",
    "45 5 55 $5 @5",
    "Matsushita Electric",
    "as if the assembly were a mess",
    "Ein Maß ist kein Ast",
    "Это хороший текст",
    "ありがとうございます",
    "shi tzu and fu ck-2 parsing: k y",
]  # fmt: skip
EVASIVE = [
    "shit", "SHIT!", "sh1t", "$hit", "s.h.i.t", "s h i t", "s-h-i-t", "s*h*i*t", "shiiiit", "\u0455h\u0456t",
    "s\u200bhit", "shi\u0301t", "\uff53\uff48\uff49\uff54", "\U0001d4fc\U0001d4f1\U0001d4f2\U0001d4fd", "fuuuuuck", "f_u_c_k", "a$$", "cr4p", "1d10t", "k y s",
]  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_texts_pass(text):
    assert words.find(text, LISTS) == []


@pytest.mark.parametrize("text", EVASIVE)
def test_disguised_words_are_found(text):
    assert len(words.find(f"You are {text} my friend", LISTS)) == 1


def test_a_match_says_what_stood_where_and_how_it_was_read():
    (match,) = words.find("What a $h1t, said he", LISTS)

    assert (match.word, match.severity, match.written, match.how) == (
        "shit", "mild", "$h1t", "signs for letters",
    )  # fmt: skip


def test_the_allow_list_wins():
    allowed = words.words_of(mild=["crap"], allowed=["crap"])

    assert words.find("crap", allowed) == []


def test_a_mask_leaves_the_first_letter_and_the_rest_of_the_text():
    text = "Oh sh1t, not again. Crap!"

    assert words.mask(text, words.find(text, LISTS)) == "Oh s•••, not again. C•••!"


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text):
    assert len(words.mask(text, words.find(text, LISTS))) == len(text)


@pytest.mark.parametrize(("text", "found"), [
    ("Write to ada@example.org", "an e-mail address"),
    ("Call me: +49 170 1234567", "a phone number"),
    ("I live at 12 Baker Street? no: 12 Baker street", "a home address"),
    ("Hauptstraße 12 in Berlin", "a home address"),
    ("i go to Lincoln school", "a school"),
    ("I am 12 years old", "an age"),
    ("i'm 11.", "an age"),
    ("I am 12 points ahead", ""),
    ("In 1492 Columbus sailed; in 1789 France rose", ""),
    ("Pi is 3.14159265358979", ""),
    ("@ada look at https://example.org/12345678901", ""),
])  # fmt: skip
def test_personal_data_is_recognised(text, found):
    assert texts.personal_data(text) == found


@pytest.mark.parametrize(("text", "hosts"), [
    ("see https://Example.org/a and www.wikipedia.org.", ["example.org", "www.wikipedia.org"]),
    ("http://\u2100.example/", [""]),
    ("no link: example", []),
])  # fmt: skip
def test_hosts_of_links_are_found(text, hosts):
    assert texts.hosts_of(text) == hosts


@pytest.mark.parametrize(("host", "belongs"), [
    ("example.org", True), ("cdn.example.org", True), ("notexample.org", False), ("example.org.evil.com", False),
])  # fmt: skip
def test_a_domain_holds_for_what_is_below_it(host, belongs):
    assert texts.belongs_to(host, frozenset({"example.org"})) is belongs


@pytest.mark.parametrize(("text", "calm"), [
    ("WHY DOES NOBODY ANSWER ME", "Why does nobody answer me"),
    ("NASA and ESA", "NASA and ESA"),
    ("e" + "\u0301" * 9 + "x", "\u00e9\u0301\u0301x"),
])  # fmt: skip
def test_shouting_and_piles_of_accents_are_calmed(text, calm):
    assert texts.calmed(text) == calm


def test_texts_that_differ_in_spaces_and_capitals_only_are_the_same():
    assert texts.fingerprint("Hello  World") == texts.fingerprint("hello world ")


def test_the_flood_window_says_when_one_more_is_possible():
    assert levels.retry_ms([100, 101, 104], limit=3, within=10, now=105) == 5000
    assert levels.retry_ms([90, 101, 104], limit=3, within=10, now=105) == 0


@pytest.mark.parametrize(("age", "level"), [
    (None, "none"), (18, "none"), (17, "normal"), (13, "normal"), (12, "strict"),
])  # fmt: skip
def test_the_youngest_sets_the_floor(age, level):
    assert levels.effective("none", levels.floor_of(age)).name == level


def test_a_level_is_at_least_as_strict_as_the_one_below_it():
    rows = [levels.TABLE[name] for name in levels.LEVELS]

    floods = [row.flood for row in rows]
    assert floods == sorted(floods, reverse=True)
    assert [row.mentions for row in rows] == [20, 10, 5, 3]


@pytest.mark.parametrize(("own", "other", "is_self", "allowed"), [
    (1, 0, False, True), (1, 1, False, False), (1, 2, False, False), (12, 2, False, True), (12, 12, False, False),
    (0, 0, False, False), (14, 0, True, False),
])  # fmt: skip
def test_measures_go_down_the_ranks_only(own, other, is_self, allowed):
    assert (sanctions.problem(own=own, other=other, is_self=is_self) == "") is allowed


def test_staff_stand_above_the_owner_of_a_room():
    assert (
        sanctions.rank(level=2)
        > sanctions.rank(level=1, role="owner")
        > sanctions.rank(level=1, role="member")
    )


def test_the_ladder_climbs_and_severe_cases_skip_it():
    assert [sanctions.suggestion(n)[0] for n in range(6)] == [
        "warning", "mute", "timeout", "timeout", "ban", "ban",
    ]  # fmt: skip
    assert sanctions.suggestion(0, is_severe=True)[0] == "ban"


@pytest.mark.parametrize(("is_new", "decided", "weight"), [
    (False, [], 1.0), (True, [], 0.5), (False, [True] * 5, 1.5), (False, [False] * 10, 0.25),
    (False, [False] * 9, 1.0), (False, [True, True] + [False] * 8, 1.0),
])  # fmt: skip
def test_the_record_of_a_reporter_weighs(is_new, decided, weight):
    assert reports.weight(is_new=is_new, decided=decided) == weight


@pytest.mark.parametrize(("level", "total", "heaviest", "hides"), [
    ("light", 99, 1.5, False), ("normal", 2.5, 1.5, False), ("normal", 3, 1, True), ("strict", 2, 1, True),
    ("strict", 1.5, 1.5, True), ("strict", 1, 1, False),
])  # fmt: skip
def test_reports_hide_by_weight_and_level(level, total, heaviest, hides):
    assert reports.hides(levels.get(level), total=total, heaviest=heaviest) is hides

"""Word lists of the built-in engine: English, lower case, chosen by hand."""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = word_set(
    """
    a about above after again against all almost also although always am among an and another any
    anybody anyone anything are around as ask at be because been before being below between both
    but by can cannot could did do does doing done down during each either else enough ever every
    everybody everyone everything explain few find for from further get gets give given gives go
    goes going got had has have having he her here hers herself him himself his how however i if
    in instead into is it its itself just kind know let like lot made make makes many may maybe me
    mean means meant might more most much must my myself name neither never no nobody none nor not
    nothing now of off often on once one only onto or other others our ours out over own per
    perhaps please quite rather really said same say says shall she should show since so some
    somebody someone something soon still such take takes tell than that the their theirs them
    themselves then there these they thing things think this those though through thus to together
    too toward towards under until up upon us use used uses very via was way we well went were
    what whatever when where whether which while who whole whom whose why will with within without
    would yes yet you your yours yourself
    aren't can't couldn't didn't doesn't don't hadn't hasn't haven't he's how's i'd i'll i'm i've
    isn't it's let's she's shouldn't that's there's they're they've wasn't we're we've weren't
    what's when's where's who's why's won't wouldn't you're you've
    """
)

# What a question for "how ..." asks for: "how far" is about a distance, not about what is far.
MEASURES = {
    "cold": "temperature", "deep": "depth", "far": "distance", "fast": "speed", "heavy": "weight",
    "high": "height", "hot": "temperature", "old": "age", "tall": "height", "warm": "temperature",
    "wide": "width",
}  # fmt: skip

# After these a full stop never ends a sentence.
OPEN_ABBREVIATIONS = word_set(
    """
    adm al approx art b c ca capt cf ch col d dept dr e.g ed eds eg eq esp est et fig figs fr gen
    gov hon i.e ie incl lit lt messrs mme mr mrs ms mt mts nb no nos nr op p par pl pp pres prof
    pt r rep rev sec sen sgt sr st trans v viz vol vols vs
    """
)

# After these it ends one only if what follows looks like a beginning.
CLOSING_ABBREVIATIONS = word_set(
    """
    a.d a.m apr assn aug ave b.c b.c.e bros c.e co corp d.c dec e.u etc feb ft hr hrs inc jan jr
    jul jun kg km lb ltd mar min mins mph nov oct oz p.m ph.d sep sept sq u.k u.n u.s u.s.a yd
    """
)

SENTENCE_STARTERS = word_set(
    """
    a after all an and another as at because before both but by during each even every few first
    for from he her here his how however if in it its later like many most much my no now of on
    once one only other our over she since so some soon such that the their then there these they
    this those though to today two under unlike until we what when where which while who why with
    without yet you
    """
)

# A sentence that begins with one of these leans on the one before it.
LEANING_STARTERS = word_set(
    """
    afterwards also and another as because besides both but consequently either furthermore he hence her hers
    here him his however indeed instead it its likewise meanwhile moreover neither nevertheless
    nonetheless nor or otherwise she similarly so such that their theirs them then therefore these
    they this those though thus yet
    """
)

_COUNTED = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty
"""
NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTED.split())}

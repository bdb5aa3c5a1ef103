"""Opposites for false statements: chosen by hand, because dictionaries of them are mostly noise.

Left out is what is often another class of word ("last", "right", "left", "leaves", "open") or has several
opposites.
"""

_PAIRS = """
above below | accelerates decelerates | accept reject | active passive | add subtract | adds removes
ancient modern | arrival departure | artificial natural | asleep awake | attract repel | attracts repels
backward forward | beginning end | better worse | big small | bigger smaller | bright dark | brighter darker
broader narrower | clockwise counterclockwise | cold hot | colder hotter | complex simple | concave convex
contract expand | contracts expands | cooler warmer | cools warms | deep shallow | deeper shallower
decrease increase | decreased increased | decreases increases | decreasing increasing | dense sparse
directly indirectly | downward upward | dry wet | earlier later | earliest latest | eastern western | east west
easy difficult | easier harder | emits absorbs | enemy ally | even odd | external internal
fast slow | faster slower | fastest slowest | female male | fewer more | fewest most | finite infinite | fragile robust | freezing boiling | freezes melts | gains loses | guilty innocent
heavier lighter | heaviest lightest | high low | higher lower | highest lowest | horizontal vertical
horizontally vertically | import export | imports exports | inhale exhale | inner outer | inside outside
interior exterior | inward outward | larger smaller | largest smallest | large small
legal illegal | less more | linear nonlinear | liquid solid | long short | longer shorter | longest shortest
major minor | majority minority | maximum minimum | mobile immobile | multiply divide | negative positive
nearer farther | nearest farthest | northern southern | north south | older younger
oldest youngest | opaque transparent | optional mandatory | parallel perpendicular | permanent temporary
plural singular | presence absence | private public | prevents causes | profit loss | quickly slowly
rare common | rarely usually | regular irregular | release capture | reversible irreversible | rich poor
rises sinks | rough smooth | rural urban | safe dangerous | sharper blunter | soluble insoluble | sour sweet
stable unstable | strengthens weakens | strong weak | stronger weaker | strongest weakest | success failure
sunrise sunset | superior inferior | symmetric asymmetric | tall short | taller shorter | thick thin
thicker thinner | tropical polar | upper lower | useful useless | vast tiny | victory defeat
visible invisible | voluntary involuntary | wide narrow | wider narrower | widest narrowest
"""


def _both_ways(pairs: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs.replace("\n", " | ").split("|"):
        words = pair.split()
        if len(words) == 2:
            # What has an opposite already keeps it: "lower" is the opposite of "higher" before that of "upper".
            found.setdefault(words[0], words[1])
            found.setdefault(words[1], words[0])
    return found


ANTONYMS = _both_ways(_PAIRS)

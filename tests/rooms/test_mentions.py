import pytest

from rooms.mentions import MAX_CALLED, called

NAMES = ["Ada", "Ada Quark", "Bo", "Vega", "Zoë"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ada hello", ["Ada"]),
        ("hello @ADA", ["Ada"]),
        ("@Ada Quark, hello", ["Ada Quark"]),
        ("@ada quark's idea", ["Ada Quark"]),
        ("@Adam hello", []),
        ("@Ada_2 hello", []),
        ("(@Bo)", ["Bo"]),
        ("@Bo, @Vega: hello", ["Bo", "Vega"]),
        ("@Vega @Bo @vega", ["Vega", "Bo"]),
        ("**@Bo** hello", ["Bo"]),
        ("first\n@Zoë?", ["Zoë"]),
        ("hello Bo", []),
        ("me@Bo", []),
        ("write to me@bo.example", []),
        ("https://example.org/@Bo", []),
        ("`@Bo`", []),
        ("`@Bo` but @Vega", ["Vega"]),
        ("```\n@Bo\n```", []),
        ("``@Bo ` @Vega`` @Zoë", ["Zoë"]),
        ("```\n@Bo has no end", []),
        ("~~~\n@Bo\n~~~\n@Vega", ["Vega"]),
        ("    @Bo in an indented line", []),
        ("`x`@Bo", ["Bo"]),
        ("[@Bo](https://example.org)", ["Bo"]),
        ("@Bo`", ["Bo"]),
        ("@@Bo", []),
        ("@ Bo", []),
        ("@Bo@example.org", []),
        ("", []),
    ],
)
def test_a_name_is_called_by_a_sign_at_the_border_of_a_word(text, found):
    assert called(text, NAMES) == found


def test_at_most_three_are_called():
    names = ["Ada", "Bo", "Cy", "Di"]

    assert called("@Ada @Bo @Cy @Di", names) == names[:MAX_CALLED]
    assert MAX_CALLED == 3

"""With what one can react. A fixed palette: everybody's device draws it, and nobody is insulted by it."""

MAX_DIFFERENT = 20

PALETTE: tuple[tuple[str, str], ...] = (
    ("👍", "thumbs up"), ("👎", "thumbs down"), ("❤️", "heart"), ("😂", "laughing"), ("😮", "surprised"),
    ("😢", "sad"), ("🎉", "party"), ("🔥", "fire"), ("👏", "applause"), ("🙏", "thank you"),
    ("🤔", "thinking"), ("💡", "idea"), ("✅", "done"), ("❌", "wrong"), ("❓", "question"),
    ("❗", "important"), ("👀", "looking"), ("🚀", "rocket"), ("⭐", "star"), ("🏆", "trophy"),
    ("💯", "hundred"), ("🙌", "hands up"), ("🤝", "handshake"), ("💪", "strong"), ("🧠", "brain"),
    ("📚", "books"), ("✏️", "pencil"), ("🔬", "microscope"), ("🧪", "experiment"), ("🌍", "world"),
    ("🪐", "planet"), ("🎯", "target"), ("🧩", "puzzle"), ("🐢", "slowly"), ("☕", "break"),
    ("😅", "phew"), ("😎", "cool"), ("🤯", "mind blown"), ("🥳", "celebrating"), ("👋", "waving"),
)  # fmt: skip

NAMES = dict(PALETTE)

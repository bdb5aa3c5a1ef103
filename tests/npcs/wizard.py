"""What the step of the wizard about the voice sends."""


def voice(npc, **changes) -> dict:
    return {
        "system_prompt": npc.system_prompt,
        "response_style": "friendly",
        "temperature": "0.7",
        "max_tokens": "1000",
        "seen": npc.updated_at.isoformat(),
        **changes,
    }

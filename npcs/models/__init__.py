from npcs.models.interaction import Interaction
from npcs.models.knowledge import KnowledgeFile, KnowledgeItem
from npcs.models.npc import Npc, NpcCategory, NpcConfiguration
from npcs.models.preset import AudiencePreset, SystemPromptPreset
from npcs.models.provider import AiProvider

__all__ = [
    "AiProvider",
    "AudiencePreset",
    "Interaction",
    "KnowledgeFile",
    "KnowledgeItem",
    "Npc",
    "NpcCategory",
    "NpcConfiguration",
    "SystemPromptPreset",
]

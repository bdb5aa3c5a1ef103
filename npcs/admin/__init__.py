from npcs.admin.characters import AudiencePresetAdmin, NpcAdmin, NpcCategoryAdmin, SystemPromptPresetAdmin
from npcs.admin.interactions import InteractionAdmin
from npcs.admin.knowledge import KnowledgeFileAdmin
from npcs.admin.providers import AiProviderAdmin

__all__ = [
    "AiProviderAdmin",
    "AudiencePresetAdmin",
    "InteractionAdmin",
    "KnowledgeFileAdmin",
    "NpcAdmin",
    "NpcCategoryAdmin",
    "SystemPromptPresetAdmin",
]

from npcs.admin.analytics import NpcLearningDataAdmin, NpcMetricAdmin
from npcs.admin.bots import BotAssignmentAdmin, OutsideIdentityAdmin
from npcs.admin.characters import NpcAdmin, NpcCategoryAdmin
from npcs.admin.interactions import InteractionAdmin
from npcs.admin.knowledge import KnowledgeFileAdmin
from npcs.admin.memory import MemoryAdmin, MemoryPolicyAdmin, MemoryProfileAdmin
from npcs.admin.posts import NpcPostAdmin, PostScheduleAdmin
from npcs.admin.presets import (
    AudiencePresetAdmin,
    InventoryEntryAdmin,
    KnowledgePresetAdmin,
    NpcRevisionAdmin,
    PresetUsageAdmin,
    SystemPromptPresetAdmin,
)
from npcs.admin.providers import AiProviderAdmin, FallbackStepAdmin, UserAiSettingsAdmin
from npcs.admin.tools import CustomFunctionAdmin, ToolPolicyAdmin, ToolUseAdmin
from npcs.admin.usage import AiCallAdmin, AiControlAdmin, BudgetAdmin, UsageDayAdmin

__all__ = [
    "AiCallAdmin",
    "AiControlAdmin",
    "AiProviderAdmin",
    "AudiencePresetAdmin",
    "BotAssignmentAdmin",
    "BudgetAdmin",
    "CustomFunctionAdmin",
    "FallbackStepAdmin",
    "InteractionAdmin",
    "InventoryEntryAdmin",
    "KnowledgeFileAdmin",
    "KnowledgePresetAdmin",
    "MemoryAdmin",
    "MemoryPolicyAdmin",
    "MemoryProfileAdmin",
    "NpcAdmin",
    "NpcCategoryAdmin",
    "NpcLearningDataAdmin",
    "NpcMetricAdmin",
    "NpcPostAdmin",
    "NpcRevisionAdmin",
    "OutsideIdentityAdmin",
    "PostScheduleAdmin",
    "PresetUsageAdmin",
    "SystemPromptPresetAdmin",
    "ToolPolicyAdmin",
    "ToolUseAdmin",
    "UsageDayAdmin",
    "UserAiSettingsAdmin",
]

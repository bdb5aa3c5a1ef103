from npcs.models.bot import BotAssignment, BotMessage, BotPermission
from npcs.models.interaction import Interaction
from npcs.models.inventory import InventoryEntry, PresetUsage
from npcs.models.knowledge import KnowledgeDatum, KnowledgeFile, KnowledgeItem
from npcs.models.linking import LinkCode, OutsideIdentity
from npcs.models.memory import Memory, MemoryChoice, MemoryPolicy, MemoryProfile
from npcs.models.metrics import NpcLearningData, NpcMetric
from npcs.models.npc import Npc, NpcCategory, NpcConfiguration
from npcs.models.post import NpcPost, PostSchedule
from npcs.models.preset import AudiencePreset, KnowledgePreset, SystemPromptPreset
from npcs.models.provider import AiModel, AiProvider, FallbackStep, ModelPrice, UserAiSettings
from npcs.models.revision import NpcRevision
from npcs.models.tool import CustomFunction, ToolPolicy, ToolUse
from npcs.models.usage import AiCall, AiControl, Budget, UsageDay

__all__ = [
    "AiCall",
    "AiControl",
    "AiModel",
    "AiProvider",
    "AudiencePreset",
    "BotAssignment",
    "BotMessage",
    "BotPermission",
    "Budget",
    "CustomFunction",
    "FallbackStep",
    "Interaction",
    "InventoryEntry",
    "KnowledgeDatum",
    "KnowledgeFile",
    "KnowledgeItem",
    "KnowledgePreset",
    "LinkCode",
    "Memory",
    "MemoryChoice",
    "MemoryPolicy",
    "MemoryProfile",
    "ModelPrice",
    "Npc",
    "NpcCategory",
    "NpcConfiguration",
    "NpcLearningData",
    "NpcMetric",
    "NpcPost",
    "NpcRevision",
    "OutsideIdentity",
    "PostSchedule",
    "PresetUsage",
    "SystemPromptPreset",
    "ToolPolicy",
    "ToolUse",
    "UsageDay",
    "UserAiSettings",
]

from django.utils import timezone

from npcs.actions.ingestion import give_up, read_file
from npcs.models import KnowledgeFile
from padawanforge.kit import work
from padawanforge.kit.jobs import job


@job("npcs.ingest")
def ingest(pk: int) -> None:
    """Read one knowledge file, unless another worker does or it is gone."""
    if not KnowledgeFile.objects.claim(pk, now=timezone.now()):
        return
    if file := KnowledgeFile.objects.filter(pk=pk).first():
        read_file(file=file)


work.register(KnowledgeFile, job="npcs.ingest", give_up=give_up)

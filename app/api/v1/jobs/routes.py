from typing import Annotated
from uuid import UUID

from fastapi import Response, Security

from app.api.deps import Session, authenticate, etag
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.jobs.schemas import JobOut
from app.core import jobs
from app.core.actor import Actor
from app.core.jobs import JobNotFoundError, JobStatus

router = router_at("/jobs", "jobs")

Anyone = Annotated[Actor, Security(authenticate)]
SECONDS_BETWEEN_LOOKS = "1"


@router.get("/{job_id}", responses=responses(JobNotFoundError))
async def get_job(actor: Anyone, session: Session, response: Response, job_id: UUID) -> JobOut:
    """Read how a job goes.

    Only its owner and holders of `keys:manage` see it. While it is not at its end, `Retry-After`
    tells when to look again.
    """
    job = await jobs.find(session, job_id, to=actor)
    if job.status in (JobStatus.QUEUED, JobStatus.RUNNING):
        response.headers["Retry-After"] = SECONDS_BETWEEN_LOOKS
    response.headers["ETag"] = etag(job.version)
    return JobOut.model_validate(job)

"""The reading screens' data: worklist, one Patient's record, one Study. Each view is one call of a query service."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.access.authentication import actor_of
from archive.errors import InvalidRequest
from archive.query.patient import patient_record
from archive.query.study import study_summary
from archive.query.worklist import worklist


class WorklistQuery(serializers.Serializer[Any]):
    """What the worklist may be narrowed by; lists are comma-separated."""

    q = serializers.CharField(default="", allow_blank=True, max_length=128)
    modality = serializers.CharField(default="", allow_blank=True, max_length=200)
    department = serializers.CharField(default="", allow_blank=True, max_length=200)
    date_from = serializers.DateField(default=None)
    date_to = serializers.DateField(default=None)
    flag = serializers.CharField(default="", allow_blank=True, max_length=20)
    limit = serializers.IntegerField(default=100)
    cursor = serializers.CharField(default="", allow_blank=True, max_length=400)


class WorklistView(APIView):
    """`GET /viewer/api/worklist`: a page of Studies, newest first, with counts per department and modality."""

    def get(self, request: Request) -> Response:
        asked = request.query_params.dict()
        # "from" and "to" are what a URL calls them; Python has its own plans with "from".
        asked |= {name: asked.pop(word) for word, name in (("from", "date_from"), ("to", "date_to")) if asked.get(word)}
        query = WorklistQuery(data=asked)
        if not query.is_valid():
            raise InvalidRequest(f"not usable: {', '.join(sorted(query.errors))}")
        said = query.validated_data
        page = worklist(
            actor=actor_of(request._request),
            text=said["q"],
            modalities=_words(said["modality"]),
            departments=_words(said["department"]),
            date_from=said["date_from"],
            date_to=said["date_to"],
            flag=said["flag"],
            limit=said["limit"],
            cursor=said["cursor"],
        )
        return _private(Response(page))


class StudyView(APIView):
    """`GET /viewer/api/studies/{uid}`: a Study, its Series and its Patient's earlier Studies."""

    def get(self, request: Request, study_instance_uid: str) -> Response:
        found = study_summary(
            actor=actor_of(request._request),
            study_instance_uid=study_instance_uid,
            patient_key=request.query_params.get("patient") or None,
        )
        return _private(Response(found))


class PatientView(APIView):
    """`GET /viewer/api/patients/{key}`: a Patient and all their Studies."""

    def get(self, request: Request, patient_key: str) -> Response:
        return _private(Response(patient_record(actor=actor_of(request._request), patient_key=patient_key)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in text.split(",")) if word)


def _private(response: Response) -> Response:
    response["Cache-Control"] = "private, no-store"
    return response

"""The viewer's pages and its API."""

from __future__ import annotations

from django.urls import path

from viewer import page, records, session

urlpatterns = [
    path("viewer/api/session", session.SessionView.as_view()),
    path("viewer/api/sign-in", session.SignInView.as_view()),
    path("viewer/api/sign-out", session.SignOutView.as_view()),
    path("viewer/api/worklist", records.WorklistView.as_view()),
    path("viewer/api/studies/<str:study_instance_uid>", records.StudyView.as_view()),
    path("viewer/api/patients/<str:patient_key>", records.PatientView.as_view()),
    path("sign-in/once/<str:secret>", page.once),
    path("", page.page),
    path("sign-in", page.page),
    path("worklist", page.page),
    path("studies/<str:study_instance_uid>", page.page),
    path("patients/<str:patient_key>", page.page),
]

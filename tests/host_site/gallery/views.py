"""The wall for people, and the same for programs; both only for who has signed in."""

from __future__ import annotations

from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import APIView

from gallery.models import Painting


def wall(request):
    return render(request, "gallery/wall.html", {"paintings": Painting.objects.all()})


class PaintingList(APIView):
    def get(self, request):
        return Response([painting.title for painting in Painting.objects.all()])

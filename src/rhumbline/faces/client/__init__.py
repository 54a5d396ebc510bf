"""A thin client of a Rhumbline server: what a notebook, a program or the command line asks it; no web framework."""

from rhumbline.faces.client.client import Client
from rhumbline.faces.client.refused import NoAnswer, ServerRefused

__all__ = ["Client", "NoAnswer", "ServerRefused"]

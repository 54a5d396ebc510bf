"""A small server that answers as docs/reference/api.md promises, on a Book in memory, in a thread of the test.

It knows one organisation, one token, no roles and no database. What the client and the command line do with a server
is tried on it, and on the real one.
"""

import dataclasses
import json
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from rhumbline.book.authority import AccessRole, sight_of
from rhumbline.book.book import Book
from rhumbline.book.concealment import conceal_body
from rhumbline.book.digests import body
from rhumbline.book.findings import RhumblineError
from rhumbline.book.records import KINDS
from rhumbline.exchange.asking import findings_of, read_terms
from rhumbline.exchange.documents import finding
from rhumbline.exchange.edits import apply, read_edits
from rhumbline.faces.answers import ask
from rhumbline.registry import CAPABILITIES

PREFIX = "/api/v1"
TODAY = date(2026, 11, 23)


class Problem(Exception):
    """An answer that is no success."""

    def __init__(self, status, code, detail="", headers=(), **more):
        super().__init__(code)
        self.status, self.headers = status, dict(headers)
        title = f"It is {code}"
        self.document = {
            "type": f"/problems/{code}",
            "title": title,
            "status": status,
            "detail": detail or title,
            "code": code,
            **more,
        }


class Organisation:
    """What the server keeps: every version of a Book, and what waits."""

    def __init__(self, book, key="crumb", token="rhl_" + "t" * 43, role="owner"):
        self.key, self.token, self.role = key, token, role
        # No date is kept: where a question states none, the server says which day it is.
        book = dataclasses.replace(book, as_of=None)
        self.books = [Book(), book] if len(book) else [Book()]
        self.since = {(kind, own): 1 for kind in book.records for own in book.records[kind]}
        self.changes = [self.change(1, "import", [])] if len(book) else []
        self.proposals, self.runs, self.kept = [], [], {}
        # How many looks a run takes until it is over, and what was asked of the server.
        self.looks = 0
        self.requests = []

    def change(self, seq, action, entries, note=""):
        at = datetime(2026, 11, 25, 10, seq, tzinfo=UTC).isoformat()
        return {
            "seq": seq,
            "at": at,
            "action": action,
            "actor": "token:5 user:12",
            "via": "api",
            "note": note,
            "entries": entries,
        }

    @property
    def book(self):
        return self.books[-1]

    # --- what can be asked ------------------------------------------------------------------

    def answer(self, method, path, query, sent, headers):
        """Return status and content."""
        if headers.get("Authorization") != f"Bearer {self.token}":
            raise Problem(401, "token-refused")
        if path == "/organisations":
            return 200, {"items": [self.about()], "next": None}
        place, _, rest = path.removeprefix("/organisations/").partition("/")
        if place != self.key:
            raise Problem(404, "not-found", "There is no such thing.")
        key = headers.get("Idempotency-Key")
        if key and method == "POST":
            if key not in self.kept:
                self.kept[key] = self.routed(method, rest.split("/"), query, sent)
            return self.kept[key]
        return self.routed(method, rest.split("/") if rest else [], query, sent)

    def routed(self, method, path, query, sent):
        match [method, *path]:
            case ["GET"]:
                return 200, self.about()
            case ["GET", "book"]:
                found = self.at(query.get("at"))
                lists = {KINDS[kind].plural: [self.form(kind, one) for one in self.rows(found, kind)] for kind in KINDS}
                return 200, {plural: rows for plural, rows in lists.items() if rows}
            case ["GET", "kinds", kind]:
                return 200, self.page([self.record(kind, key) for key in self.at(query.get("at")).all(kind)], query)
            case ["GET", "kinds", kind, key]:
                if key not in self.book.all(kind):
                    raise Problem(404, "not-found", f"There is no {kind} {key}.")
                return 200, self.record(kind, key)
            case ["POST", "changes"]:
                return 200, self.commit(sent["edits"], sent.get("note", ""))
            case ["POST", "series", kind]:
                return 200, self.commit([{"edit": "append", "kind": kind, "record": row} for row in sent["rows"]])
            case ["GET", "changes"]:
                after, limit = int(query.get("after", 0)), int(query.get("limit", 2))
                newer = [one for one in self.changes if one["seq"] > after]
                return 200, {"items": newer[:limit], "next": newer[limit - 1]["seq"] if len(newer) > limit else None}
            case ["POST", "changes", seq, "undo"]:
                return 200, self.kept_as(self.books[int(seq) - 1], "undo")
            case ["POST", "restore"]:
                return 200, self.kept_as(self.at(sent["at"]), "restore")
            case ["GET", "diff"]:
                changes = self.at(query["from"]).diff(self.at(query.get("to")))
                return 200, {"changes": [{"kind": one.kind, "key": one.key} for one in changes]}
            case ["GET", "audit"]:
                return 200, {"holds": True, "seq": len(self.changes), "broken": []}
            case ["POST", "answers", capability]:
                return 200, self.asked(capability, sent)
            case ["POST", "runs"]:
                run = {
                    "number": len(self.runs) + 1,
                    "state": "queued",
                    "progress": None,
                    "document": None,
                    "error": None,
                }
                self.refuse_terms(sent)
                self.runs.append({"run": run, "sent": sent, "looks": 0})
                return 201, run
            case ["GET", "runs", number]:
                return 200, self.looked_at(self.runs[int(number) - 1], text=query.get("text") == "true")
            case ["POST", "runs", number, "cancel"]:
                self.runs[int(number) - 1]["cancelled"] = True
                return 200, self.runs[int(number) - 1]["run"]
            case ["GET", "proposals"]:
                return 200, self.page(
                    [one for one in self.proposals if query.get("state") in (None, one["state"])], query
                )
            case ["POST", "proposals"]:
                self.proposals.append(
                    {"number": len(self.proposals) + 1, "title": sent["title"], "edits": sent["edits"], "state": "open"}
                )
                return 201, self.proposals[-1]
            case ["GET", "proposals", number]:
                return 200, self.proposals[int(number) - 1]
            case ["POST", "proposals", number, "accept"]:
                proposal = self.proposals[int(number) - 1]
                done = self.commit(proposal["edits"], proposal["title"])
                proposal |= {"state": "accepted", "seq": done["seq"]}
                return 200, proposal
            case ["POST", "proposals", number, "reject"]:
                self.proposals[int(number) - 1] |= {"state": "rejected", "reason": sent["reason"]}
                return 200, self.proposals[int(number) - 1]
        raise Problem(404, "not-found", "There is no such thing.")

    def about(self):
        return {
            "key": self.key,
            "name": "Crumb",
            "seq": len(self.changes),
            "hash": "h",
            "book_sha": self.book.sha,
            "role": self.role,
            "concealed": list(sight_of(AccessRole(self.role)).concealed),
            "scopes": ["read", "write"],
        }

    def at(self, seq):
        return self.book if seq is None else self.books[int(seq)]

    @staticmethod
    def rows(book, kind):
        return book.series.get(kind, ()) if KINDS[kind].series else tuple(book.all(kind).values())

    def form(self, kind, record):
        fields = body(record) if KINDS[kind].series else {"key": record.key, **body(record)}
        return conceal_body(kind, fields, sight_of(AccessRole(self.role)), self.book)[0]

    def record(self, kind, key):
        version = self.since.get((kind, key), 1)
        return {"key": key, "version": version, "record": {"key": key, **body(self.book.all(kind)[key])}, "hidden": []}

    def page(self, items, query, size=3):
        start = int(query.get("after", 0))
        more = start + size if len(items) > start + size else None
        return {"items": items[start : start + size], "next": more and str(more)}

    def commit(self, raw, note=""):
        edits, findings = read_edits(raw)
        done = apply(self.book, edits) if not findings else None
        if done is None or done.book is None:
            raise Problem(422, "refused", findings=[finding(one) for one in findings or done.findings])
        clashes = [clash for edit in edits for clash in self.clashes(edit)]
        if clashes:
            raise Problem(409, "conflict", conflicts=clashes)
        return self.kept_as(done.book, "commit", [{"kind": one.kind, "key": one.key} for one in edits], note)

    def clashes(self, edit):
        """Yield the fields that somebody else set to something else since the version an edit was made for."""
        version = self.since.get((edit.kind, edit.key), 0)
        if edit.expected in (None, version):
            return
        theirs = body(self.book.all(edit.kind)[edit.key])
        for field, mine in edit.raw.items():
            if theirs.get(field) != mine:
                clash = {"kind": edit.kind, "key": edit.key, "field": field, "base": None, "theirs": theirs.get(field)}
                yield {**clash, "mine": mine, "version": version}

    def kept_as(self, book, action, entries=(), note=""):
        self.books.append(book)
        self.changes.append(self.change(len(self.changes) + 1, action, list(entries), note))
        self.since |= {(one["kind"], one["key"]): len(self.changes) for one in entries}
        return {"seq": len(self.changes), "hash": "h", "book_sha": book.sha, "changes": [], "findings": []}

    def refuse_terms(self, sent):
        book = self.at(sent.get("at")).replace(as_of=TODAY)
        terms, findings = read_terms(sent["capability"], sent["terms"], book)
        if terms is None:
            raise Problem(422, "refused", findings=[finding(one) for one in findings])
        return book, terms

    def asked(self, capability, sent, progress=None):
        if capability not in {one.name for one in CAPABILITIES}:
            raise Problem(404, "not-found", "Nobody can ask that.")
        book, terms = self.refuse_terms({"capability": capability, **sent})
        try:
            answer = ask(capability, book, terms, language=sent["language"], progress=progress)
        except RhumblineError as error:
            raise Problem(422, "refused", findings=[finding(one) for one in findings_of(error, capability)]) from error
        document = answer.document
        if sent["terms"].get("without_held_out"):
            document["terms"]["without_held_out"] = True
        return document | ({"text": answer.text} if sent["text"] else {})

    def looked_at(self, kept, *, text):
        run, kept["looks"] = kept["run"], kept["looks"] + 1
        if kept["looks"] <= self.looks and not kept.get("cancelled"):
            run |= {"state": "running", "progress": {"value": 0.4, "gap": 0.1}}
        elif run["document"] is None and run["error"] is None:
            try:
                document = self.asked(kept["sent"]["capability"], {**kept["sent"], "text": True})
                kept["text"] = {"text": document.pop("text")}
                run |= {"state": "cancelled" if kept.get("cancelled") else "done", "document": document}
            except Problem as problem:
                run |= {"state": "failed", "error": problem.document}
        return run | {"document": run["document"] | kept["text"]} if text and run["document"] else run


class Handler(BaseHTTPRequestHandler):
    """Turns requests into questions, and answers into bytes."""

    def handle_one(self):
        length = int(self.headers.get("Content-Length", 0))
        sent = json.loads(self.rfile.read(length)) if length else None
        address = urlsplit(self.path)
        path = "/".join(map(unquote, address.path.split("/")))
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        self.server.requests.append((self.command, path, dict(self.headers), sent))
        headers = {}
        try:
            answered = self.server.answer(self.command, path, query, sent, self.headers)
            status, content, *more = answered
            kind = more[0] if more else "application/json"
            headers = more[1] if len(more) > 1 else {}
        except Problem as problem:
            status, content, kind, headers = (
                problem.status,
                problem.document,
                "application/problem+json",
                problem.headers,
            )
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = handle_one  # noqa: N815 - the library finds them by these names

    def log_message(self, *_):
        """Say nothing: the output is what the test looks at."""


@contextmanager
def serving(answer):
    """Serve an answering function in a thread; give the address and the list of requests."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answer, server.requests = answer, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.requests
        finally:
            server.shutdown()
            thread.join()


def by_contract(organisation):
    """Return the answering function of an organisation."""
    lock = threading.Lock()

    def answer(method, path, query, sent, headers):
        if not path.startswith(PREFIX):
            raise Problem(404, "not-found")
        with lock:
            return organisation.answer(method, path.removeprefix(PREFIX), query, sent, headers)

    return answer

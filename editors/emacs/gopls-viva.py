"""A preset of rass (PyPI's rassumfrassum): a hover and a search of symbols ask all servers and not only
the first, so that Viva explains beside gopls in Eglot, which has one server for a buffer.

    rass /path/to/gopls-viva.py -- gopls -- viva lsp
"""

from rassumfrassum.frassum import LspLogic

ASKED_OF_ALL = {
    "textDocument/hover": "hoverProvider",
    "workspace/symbol": "workspaceSymbolProvider",
}


class Both(LspLogic):
    async def on_client_request(self, method, params, servers):
        capability = ASKED_OF_ALL.get(method)
        if capability is None:
            return await super().on_client_request(method, params, servers)
        return [server for server in servers if server.caps.get(capability)]

    def process_responses(self, method, items):
        answers = [item.payload for item in items if item.payload and not item.is_error]
        if method == "textDocument/hover" and len(answers) > 1:
            return hover(answers), False
        if method == "workspace/symbol" and answers:
            return [symbol for answer in answers for symbol in answer], False
        return super().process_responses(method, items)


def hover(answers):
    """One hover of several; the first one's where they cannot be joined."""
    contents = [answer["contents"] for answer in answers]
    kinds = {part.get("kind") if isinstance(part, dict) else None for part in contents}
    if len(kinds) > 1 or None in kinds:
        return answers[0]
    rule = "\n\n---\n\n" if kinds == {"markdown"} else "\n\n"
    joined = {"kind": kinds.pop(), "value": rule.join(part["value"] for part in contents)}
    return {**answers[0], "contents": joined}


def servers():
    """None of its own: they stand on the command line."""
    return []


def logic_class():
    return Both

"""The members of a Java class."""
from java_syntax import JavaError, Parser, tokens

MODIFIERS = {"public", "private", "protected", "static", "final", "abstract", "synchronized", "default", "sealed"}


class JavaClass:
    """Fields with their initializers, methods by name, and the classes inside."""

    def __init__(self, name, parent=None):
        self.name, self.parent, self.base = name, parent, None
        self.fields, self.methods, self.inner, self.constants, self.components = {}, {}, {}, [], []


def parse_class(parser, outer=None):
    kind = parser.value
    parser.at += 1
    result = JavaClass(parser.name(), outer)
    parser.attempt(parser.type_arguments)
    if parser.value == "(":
        result.components = parse_parameters(parser)
    while parser.value != "{" and parser.kind != "end":
        if parser.take("extends"):
            result.base = parser.type()
        else:
            parser.at += 1
    parser.need("{")
    if kind == "enum":
        while parser.kind == "name":
            name = parser.name()
            arguments = parser.arguments() if parser.value == "(" else []
            if parser.value == "{":
                parser.skip_balanced("{", "}")
            result.constants.append((name, arguments))
            parser.take(",")
        parser.take(";")
    while not parser.take("}"):
        if parser.kind == "end":
            return result
        start = parser.at
        try:
            parse_member(parser, result)
        except JavaError:
            parser.at = start
            parser.pass_over()
            if parser.at == start:
                parser.at += 1
    return result


def parse_parameters(parser):
    parser.need("(")
    names = []
    while not parser.take(")"):
        parser.annotations()
        parser.take("final")
        kind = parser.type()
        variadic = parser.take("...")
        names.append((parser.name(), variadic, kind))
        parser.take(",")
    return names


def parse_member(parser, result):
    annotated = parser.at
    parser.annotations()
    is_test = any(t[1] == "Test" for t in parser.tokens[annotated : parser.at])
    while parser.value in MODIFIERS:
        parser.at += 1
        parser.annotations()
    if parser.take(";"):
        return
    if parser.value in ("class", "enum", "interface", "record") and parser.tokens[parser.at + 1][0] == "name":
        inner = parse_class(parser, result)
        result.inner[inner.name] = inner
        return
    parser.type_arguments()
    if parser.value == "{":
        parser.skip_balanced("{", "}")
        return
    line = parser.line
    if parser.value == result.name and parser.peek() == "(":
        parser.at += 1
        name = "<init>"
    else:
        parser.type()
        name = parser.name()
    if parser.value == "(":
        parameters = parse_parameters(parser)
        while parser.value not in ("{", ";"):
            parser.at += 1
        if parser.take(";"):
            return
        method = (parameters, parser.block(), is_test, line)
        result.methods.setdefault(name, []).append(method)
        return
    while parser.value == "[" and parser.peek() == "]":
        parser.at += 2
    value = None
    if parser.take("="):
        value = parser.array() if parser.value == "{" else parser.lambda_or(parser.expression)
    parser.need(";")
    result.fields[name] = value


def parse_file(source):
    """The class of a file, or None."""
    parser = Parser(tokens(source))
    while parser.kind != "end":
        if parser.value in ("class", "record", "enum") and parser.tokens[parser.at + 1][0] == "name":
            return parse_class(parser)
        parser.at += 1
    return None

"""Reads the part of Java in which tests are written: tokens, and a tree of expressions and statements.

Nodes are tuples whose first item names their kind. What is not understood raises JavaError, and the caller goes on
behind it.
"""
import re
import struct


class JavaError(Exception):
    pass


TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<block>\"\"\"[ \t]*\n.*?(?<!\\)\"\"\")
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<char>'(?:[^'\\\n]|\\.[0-7a-fA-Fu]*)')
    |(?P<number>0[xX][0-9a-fA-F_.]+[pP][+-]?\d+|0[xX][0-9a-fA-F_]+[lL]?|0[bB][01_]+[lL]?
       |(?:\d[\d_]*\.?(?:\d[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?[lLfFdD]?)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<sign>->|::|\.\.\.|>>>=|<<=|>>=|\+\+|--|&&|\|\||[=!<>+\-*/%&|^]=|<<|[-+*/%=<>!~?:;,.()\[\]{}&|^@])""",
    re.X | re.S,
)

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "0": "\0", "\n": ""}


def unescape(text):
    def one(match):
        body = match.group(1)
        if body[0] == "u":
            return chr(int(body.lstrip("u"), 16))
        if body[0] in "01234567":
            return chr(int(body, 8))
        return ESCAPES.get(body, body)

    text = re.sub(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|.)", one, text, flags=re.S)
    # Pairs of surrogate escapes are one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def text_block(source):
    lines = source[3:-3].split("\n")[1:]
    counted = [line for line in lines[:-1] if line.strip()] + lines[-1:]
    indent = min(len(line) - len(line.lstrip()) for line in counted) if counted else 0
    return unescape("\n".join(line[indent:].rstrip() for line in lines))


class Float32(float):
    """A Java float."""


class Char(str):
    """A Java char."""


class Long(int):
    """A Java long."""


def number(text):
    plain = text.replace("_", "")
    if plain[:2] in ("0x", "0X"):
        if "p" in plain.lower():
            return float.fromhex(plain)
        return Long(int(plain[:-1], 16)) if plain[-1] in "lL" else int(plain, 16)
    if plain[:2] in ("0b", "0B"):
        return int(plain.rstrip("lL"), 2)
    if plain[-1] in "fF":
        return Float32(struct.unpack("f", struct.pack("f", float(plain[:-1])))[0])
    if plain[-1] in "dD":
        return float(plain[:-1])
    if plain[-1] in "lL":
        return Long(plain[:-1])
    return float(plain) if re.search(r"[.eE]", plain) else int(plain)


def tokens(source):
    """(kind, value, line) of each token; literals have their values."""
    result, at, line = [], 0, 1
    while at < len(source):
        match = TOKEN.match(source, at)
        if not match:
            at += 1
            continue
        kind, text = match.lastgroup, match.group()
        if kind == "block":
            result.append(("string", text_block(text), line))
        elif kind == "string":
            result.append(("string", unescape(text[1:-1]), line))
        elif kind == "char":
            result.append(("char", Char(unescape(text[1:-1])), line))
        elif kind == "number":
            result.append(("number", number(text), line))
        elif kind != "space":
            result.append((kind, text, line))
        line += text.count("\n")
        at = match.end()
    result.append(("end", "", line))
    return result


BINARY = [
    ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">=", "instanceof"], ["<<"],
    ["+", "-"], ["*", "/", "%"],
]
PRIMITIVES = {"int", "long", "double", "float", "boolean", "byte", "short", "char"}


class Parser:
    def __init__(self, list_of_tokens):
        self.tokens, self.at = list_of_tokens, 0

    # Tokens

    @property
    def value(self):
        token = self.tokens[self.at]
        return None if token[0] in ("string", "char", "number") else token[1]

    @property
    def kind(self):
        return self.tokens[self.at][0]

    @property
    def line(self):
        return self.tokens[self.at][2]

    def peek(self, ahead=1):
        at = min(self.at + ahead, len(self.tokens) - 1)
        token = self.tokens[at]
        return None if token[0] in ("string", "char", "number") else token[1]

    def take(self, *values):
        if self.value in values:
            self.at += 1
            return True
        return False

    def need(self, value):
        if not self.take(value):
            raise JavaError(f"line {self.line}: expected {value}, found {self.tokens[self.at][1]!r}")

    def name(self):
        if self.kind != "name":
            raise JavaError(f"line {self.line}: expected a name")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def skip_balanced(self, opening, closing):
        """Behind the bracket that closes the one here."""
        depth = 0
        while self.kind != "end":
            if self.value == opening:
                depth += 1
            elif self.value == closing:
                depth -= 1
            self.at += 1
            if depth == 0:
                return
        raise JavaError("unbalanced")

    def annotations(self):
        while self.value == "@" and self.peek() != "interface":
            self.at += 1
            self.name()
            while self.take("."):
                self.name()
            if self.value == "(":
                self.skip_balanced("(", ")")

    # Types

    def type_arguments(self):
        if self.value != "<":
            return
        depth = 0
        while True:
            if self.value == "<":
                depth += 1
            elif self.value == ">":
                depth -= 1
            elif self.kind not in ("name",) and self.value not in (",", ".", "?", "&", "[", "]", "@"):
                raise JavaError("no type arguments")
            self.at += 1
            if depth == 0:
                return

    def type(self):
        self.annotations()
        name = self.name()
        self.type_arguments()
        while self.value == "." and self.tokens[self.at + 1][0] == "name":
            self.at += 1
            name += "." + self.name()
            self.type_arguments()
        while self.value == "[" and self.peek() == "]":
            self.at += 2
            name += "[]"
        return name

    def attempt(self, rule):
        start = self.at
        try:
            return rule()
        except JavaError:
            self.at = start
            return None

    # Expressions

    def expression(self):
        left = self.ternary()
        if self.value in ("=", "+=", "-=", "*=", "/="):
            sign = self.value
            self.at += 1
            return ("assign", sign, left, self.expression())
        return left

    def ternary(self):
        condition = self.binary(0)
        if self.take("?"):
            yes = self.lambda_or(self.ternary)
            self.need(":")
            return ("if", condition, yes, self.lambda_or(self.ternary))
        return condition

    def binary(self, level):
        if level == len(BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while self.value in BINARY[level]:
            sign = self.value
            self.at += 1
            if sign == ">" and self.value == ">":
                # Shifts: type arguments end alike, so they are no tokens of their own.
                while self.take(">"):
                    sign += ">"
                left = ("binary", sign, left, self.binary(level + 1))
                continue
            if sign == "instanceof":
                self.type()
                if self.kind == "name":
                    self.at += 1
                left = ("unknown",)
            else:
                left = ("binary", sign, left, self.binary(level + 1))
        return left

    def unary(self):
        if self.value in ("-", "+", "!", "~", "++", "--"):
            sign = self.value
            self.at += 1
            return ("unary", sign, self.unary())
        if self.value == "(":
            cast = self.attempt(self.cast)
            if cast:
                return cast
        return self.postfix(self.primary())

    def cast(self):
        self.need("(")
        kind = self.type()
        while self.take("&"):
            self.type()
        self.need(")")
        starts = self.kind in ("name", "string", "char", "number") or self.value in ("(", "!", "~")
        if kind in PRIMITIVES and self.value == "-":
            starts = True
        if not starts or self.value == "instanceof":
            raise JavaError("no cast")
        return ("cast", kind, self.lambda_or(self.unary))

    def is_lambda(self):
        if self.kind == "name" and self.peek() == "->":
            return True
        if self.value != "(":
            return False
        depth, at = 0, self.at
        while at < len(self.tokens):
            kind, value = self.tokens[at][:2]
            if kind not in ("string", "char", "number"):
                depth += (value == "(") - (value == ")")
            at += 1
            if depth == 0:
                return self.tokens[at][1] == "->" and self.tokens[at][0] == "sign"
        return False

    def lambda_or(self, rule):
        if not self.is_lambda():
            return rule()
        names = []
        if self.take("("):
            while not self.take(")"):
                if self.kind == "name" and self.peek() not in (",", ")"):
                    self.type()
                names.append(self.name())
                self.take(",")
        else:
            names.append(self.name())
        self.need("->")
        body = self.block() if self.value == "{" else self.lambda_or(self.expression)
        return ("lambda", names, body)

    def arguments(self):
        self.need("(")
        result = []
        while not self.take(")"):
            result.append(self.lambda_or(self.expression))
            if self.value != ")":
                self.need(",")
        return result

    def primary(self):
        kind, value, line = self.tokens[self.at]
        if kind in ("string", "char", "number"):
            self.at += 1
            return ("literal", value)
        if self.take("("):
            inner = self.lambda_or(self.expression)
            self.need(")")
            return inner
        if kind != "name":
            raise JavaError(f"line {line}: no expression at {value!r}")
        if value in ("true", "false", "null"):
            self.at += 1
            return ("literal", {"true": True, "false": False, "null": None}[value])
        if value == "new":
            return self.creation()
        if value == "switch":
            raise JavaError("switch")
        if value in PRIMITIVES:
            return ("name", self.type())
        self.at += 1
        if self.value == "(":
            return ("call", None, value, self.arguments(), line)
        return ("name", value)

    def creation(self):
        line = self.line
        self.need("new")
        self.annotations()
        kind = self.name()
        self.type_arguments()
        while self.take("."):
            kind += "." + self.name()
            self.type_arguments()
        if self.value == "[":
            sizes = []
            while self.take("["):
                if not self.take("]"):
                    sizes.append(self.expression())
                    self.need("]")
            if self.value == "{":
                return self.array()
            return ("array of", kind, sizes)
        arguments = self.arguments()
        if self.value == "{":
            self.skip_balanced("{", "}")
            return ("unknown",)
        return ("new", kind, arguments, line)

    def array(self):
        self.need("{")
        items = []
        while not self.take("}"):
            items.append(self.array() if self.value == "{" else self.lambda_or(self.expression))
            self.take(",")
        return ("array", items)

    def postfix(self, node):
        while True:
            line = self.line
            if self.value == "." and self.peek() == "class":
                self.at += 2
                node = ("unknown",)
            elif self.take("."):
                self.type_arguments()
                name = self.name()
                node = ("call", node, name, self.arguments(), line) if self.value == "(" else ("field", node, name)
            elif self.value == "[" and self.peek() != "]":
                self.at += 1
                node = ("index", node, self.expression())
                self.need("]")
            elif self.value == "[":
                self.at += 2
            elif self.take("::"):
                node = ("reference", node, self.name())
            elif self.value in ("++", "--"):
                self.at += 1
                node = ("assign", self.tokens[self.at - 1][1][0] + "=", node, ("literal", 1))
            else:
                return node

    # Statements

    def block(self):
        self.need("{")
        result = []
        while not self.take("}"):
            result.append(self.statement())
        return ("block", result)

    def statement(self):
        """A statement; ("unknown",) where it is not understood, passed over up to its end."""
        start, line = self.at, self.line
        try:
            return self.known_statement()
        except JavaError:
            self.at = start
            self.pass_over()
            return ("unknown", line)

    def pass_over(self):
        """To the end of a statement: its semicolon, or the brace that ends its body."""
        depth = 0
        while self.kind != "end":
            if self.value in ("(", "{", "["):
                depth += 1
            elif self.value in (")", "}", "]"):
                if depth == 0:
                    return
                depth -= 1
                if depth == 0 and self.value == "}" and self.peek() not in (")", ".", ";", ","):
                    self.at += 1
                    return
            elif self.value == ";" and depth == 0:
                self.at += 1
                return
            self.at += 1

    def known_statement(self):
        value = self.value
        if value == "{":
            return self.block()
        if value == ";":
            self.at += 1
            return ("block", [])
        rule = getattr(self, f"{value}_statement", None) if self.kind == "name" else None
        if rule and value in ("if", "for", "while", "try", "return", "throw"):
            self.at += 1
            return rule()
        if value in ("break", "continue"):
            self.at += 1
            self.need(";")
            return (value,)
        self.annotations()
        self.take("final")
        if self.value in ("record", "class", "enum", "interface") and self.tokens[self.at + 1][0] == "name":
            raise JavaError("class")
        declaration = self.attempt(self.declaration)
        if declaration:
            return declaration
        node = self.expression()
        self.need(";")
        return ("expression", node)

    def declaration(self):
        kind = self.type()
        if kind in ("new", "return", "throw"):
            raise JavaError("no declaration")
        result = []
        while True:
            name = self.name()
            while self.value == "[" and self.peek() == "]":
                self.at += 2
            value = None
            if self.take("="):
                value = self.array() if self.value == "{" else self.lambda_or(self.expression)
            elif self.value not in (";", ","):
                raise JavaError("no declaration")
            result.append((name, value))
            if self.take(";"):
                return ("declare", kind, result)
            self.need(",")

    def if_statement(self):
        self.need("(")
        condition = self.expression()
        self.need(")")
        yes = self.statement()
        no = self.statement() if self.take("else") else None
        return ("if", condition, yes, no)

    def while_statement(self):
        self.need("(")
        condition = self.expression()
        self.need(")")
        return ("for", [], condition, [], self.statement())

    def for_statement(self):
        self.need("(")

        def each():
            self.annotations()
            self.take("final")
            kind = self.type()
            name = self.name()
            self.need(":")
            return kind, name

        found = self.attempt(each)
        if found:
            items = self.lambda_or(self.expression)
            self.need(")")
            return ("each", found[1], items, self.statement(), found[0])
        start = [] if self.take(";") else [self.known_statement()]
        condition = ("literal", True) if self.value == ";" else self.expression()
        self.need(";")
        steps = []
        while not self.take(")"):
            steps.append(self.expression())
            self.take(",")
        return ("for", start, condition, steps, self.statement())

    def try_statement(self):
        if self.value == "(":
            self.skip_balanced("(", ")")
        body, handlers, last = self.block(), [], None
        while self.take("catch"):
            self.skip_balanced("(", ")")
            handlers.append(self.block())
        if self.take("finally"):
            last = self.block()
        return ("try", body, handlers, last)

    def return_statement(self):
        value = None if self.value == ";" else self.lambda_or(self.expression)
        self.need(";")
        return ("return", value)

    def throw_statement(self):
        value = self.expression()
        self.need(";")
        return ("throw", value)

"""Text to `Expression`: every node type, name and attribute is checked here, once.

Python's own parser reads the text; nothing of it is ever executed as Python. String literals are
raw (a regex needs no doubled backslash), and words that Python reserves may stand after a dot
(`room.class`). A `#` would start a comment in Python's eyes and is therefore refused outside text.
"""

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xunjian.expressions.calls import (
    AGGREGATES,
    Aggregate,
    Call,
    Coalesce,
    Delta,
    Known,
    Search,
)
from xunjian.expressions.error import ExpressionError, unknown_name
from xunjian.expressions.expression import CONTEXT_NAMES, Expression, Scope
from xunjian.expressions.functions import FUNCTIONS
from xunjian.expressions.nodes import Attribute, Const, Field, Name, Node
from xunjian.expressions.operators import (
    Arithmetic,
    Choice,
    Comparison,
    Items,
    Logic,
    Negative,
    Not,
)
from xunjian.expressions.regex import compile_regex
from xunjian.language import Text, counted

MAX_CHARS = 2000
MAX_DEPTH = 32
_SPECIAL = ("known", "coalesce", "delta", "matches", "capture")
CALLABLE = (*FUNCTIONS, *_SPECIAL, *AGGREGATES)

_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARE: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_NEEDS_TOKENS = re.compile(r"\\|#|\.\s*(?:" + "|".join(keyword.kwlist) + r")\b")


def compile_expression(text: str, scope: Scope) -> Expression:
    """Compile and check one expression; raises ExpressionError."""
    if len(text) > MAX_CHARS:
        raise ExpressionError(
            Text(
                f"表达式超过 {MAX_CHARS} 个字符：{len(text)}",
                f"expression is longer than {MAX_CHARS} characters: {len(text)}",
            )
        )
    try:
        tree = ast.parse(_prepare(" ".join(text.split("\n")).strip()), mode="eval")
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError) as error:
        shown = text.strip()[:80]
        raise ExpressionError(
            Text(f"表达式语法有误：{shown}", f"the expression does not parse: {shown}"),
            Text("等于写 ==,并且写 and,或者写 or", "write == for equal, `and` and `or` for logic"),
        ) from error
    return Expression(_Compiler(scope).node(tree.body, 0))


def _prepare(text: str) -> str:
    """Make string literals raw and let reserved words stand after a dot."""
    if not _NEEDS_TOKENS.search(text):
        return text
    out: list[tuple[int, str]] = []
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind, shown = token.type, token.string
        if kind == tokenize.COMMENT:
            raise SyntaxError("comment")
        if kind == tokenize.STRING and shown[0] in "'\"":
            shown = "r" + shown
        elif before == "." and keyword.iskeyword(shown):
            shown += "_"
        out.append((kind, shown))
        before = token.string
    return tokenize.untokenize(out).strip()


@dataclass(frozen=True, slots=True)
class _Compiler:
    """One walk over a syntax tree; `counted` is the fact whose row an aggregate is looking at."""

    scope: Scope
    counted: str = ""

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(
                Text(f"表达式嵌套超过 {MAX_DEPTH} 层", f"expression nested deeper than {MAX_DEPTH}")
            )
        build = _BUILD.get(type(tree))
        if build is None:
            raise _refused(tree)
        return build(self, tree, depth + 1)

    def constant(self, tree: ast.Constant, _depth: int) -> Node:
        value = tree.value
        if value is None or isinstance(value, str | int | float):
            return Const(value)
        raise _refused(tree)

    def name(self, tree: ast.Name, _depth: int) -> Node:
        if self.counted and tree.id in self.scope.facts[self.counted]:
            return Field(self.counted, tree.id)
        names = self._names()
        if tree.id not in names:
            raise unknown_name(tree.id, (*names, "True", "False"), Text("名称", "name"))
        return Name(tree.id)

    def _names(self) -> frozenset[str]:
        if not self.counted:
            return frozenset(self.scope.names)
        return self.scope.facts[self.counted] | (CONTEXT_NAMES & frozenset(self.scope.names))

    def attribute(self, tree: ast.Attribute, depth: int) -> Node:
        name = tree.attr
        if name.endswith("_") and keyword.iskeyword(name[:-1]):
            name = name[:-1]
        base = self.node(tree.value, depth)
        known: frozenset[str] | None = None
        if isinstance(base, Name):
            known = self.scope.names[base.name]
        elif isinstance(base, Aggregate) and base.row_of:
            known = self.scope.facts[base.fact]
        elif not isinstance(base, Attribute | Field):
            raise _refused(tree)
        if name.startswith("_") or (known is not None and name not in known):
            raise unknown_name(name, known or (), Text("属性", "attribute"))
        return Attribute(base, name)

    def arithmetic(self, tree: ast.BinOp, depth: int) -> Node:
        operator = _ARITHMETIC.get(type(tree.op))
        if operator is None:
            raise _refused(tree)
        return Arithmetic(operator, self.node(tree.left, depth), self.node(tree.right, depth))

    def unary(self, tree: ast.UnaryOp, depth: int) -> Node:
        operand = self.node(tree.operand, depth)
        if isinstance(tree.op, ast.Not):
            _must_be_condition(operand)
            return Not(operand)
        if not isinstance(tree.op, ast.USub):
            raise _refused(tree)
        if isinstance(operand, Const) and isinstance(operand.value, int | float):
            return Const(-operand.value)
        return Negative(operand)

    def comparison(self, tree: ast.Compare, depth: int) -> Node:
        for op in tree.ops:
            if type(op) not in _COMPARE:
                raise ExpressionError(Text("不能使用 is", "`is` is not allowed"), _USE_KNOWN)
        operands = [self.node(part, depth) for part in (tree.left, *tree.comparators)]
        if Const(None) in operands:
            raise ExpressionError(
                Text("不能与 None 比较", "nothing can be compared with None"), _USE_KNOWN
            )
        return Comparison(tuple(_COMPARE[type(op)] for op in tree.ops), tuple(operands))

    def logic(self, tree: ast.BoolOp, depth: int) -> Node:
        operands = tuple(self.node(part, depth) for part in tree.values)
        for operand in operands:
            _must_be_condition(operand)
        return Logic("and" if isinstance(tree.op, ast.And) else "or", operands)

    def choice(self, tree: ast.IfExp, depth: int) -> Node:
        test = self.node(tree.test, depth)
        _must_be_condition(test)
        return Choice(test, self.node(tree.body, depth), self.node(tree.orelse, depth))

    def items(self, tree: ast.List | ast.Tuple | ast.Set, depth: int) -> Node:
        return Items(tuple(self.node(item, depth) for item in tree.elts))

    def call(self, tree: ast.Call, depth: int) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise _refused(tree)
        name = tree.func.id
        if name in AGGREGATES:
            return self.aggregate(name, tree, depth)
        if name not in CALLABLE:
            raise unknown_name(name, CALLABLE, Text("函数", "function"))
        arguments = tuple(self.node(argument, depth) for argument in tree.args)
        if name in {"matches", "capture"}:
            return _search(name, arguments)
        if name == "delta":
            return self.delta(arguments)
        if name == "known":
            _must_count(name, len(arguments), 1, 1)
            return Known(arguments[0])
        if name == "coalesce":
            _must_count(name, len(arguments), 2, MAX_DEPTH)
            return Coalesce(arguments)
        function = FUNCTIONS[name]
        _must_count(name, len(arguments), function.least, function.most)
        return Call(name, arguments)

    def delta(self, arguments: tuple[Node, ...]) -> Node:
        _must_count("delta", len(arguments), 1, 1)
        field = arguments[0]
        if not isinstance(field, Name) or field.name in CONTEXT_NAMES:
            raise ExpressionError(
                Text(
                    "delta 只能用于被判定行的字段",
                    "delta takes a field of the judged row, outside count() and its kin",
                )
            )
        return Delta(field.name)

    def aggregate(self, name: str, tree: ast.Call, depth: int) -> Node:
        _must_count(name, len(tree.args), 1 if name in {"count", "first"} else 2, 2)
        fact = tree.args[0].id if isinstance(tree.args[0], ast.Name) else ""
        if fact not in self.scope.facts:
            raise unknown_name(fact or name, self.scope.facts, Text("事实", "fact"))
        if len(tree.args) == 1:
            return Aggregate(name, fact, None)
        return Aggregate(name, fact, _Compiler(self.scope, fact).node(tree.args[1], depth))


_USE_KNOWN = Text("判断有无请用 known(x)", "ask known(x) whether there is a value")


def _search(name: str, arguments: tuple[Node, ...]) -> Node:
    _must_count(name, len(arguments), 2, 2)
    literal = arguments[1]
    if not isinstance(literal, Const) or not isinstance(literal.value, str):
        raise ExpressionError(
            Text(f"{name} 的正则必须直接写出", f"the regex of {name} must be written out")
        )
    try:
        return Search(name, arguments[0], compile_regex(literal.value))
    except ValueError as error:
        raise ExpressionError(
            Text(f"正则有误：{literal.value}", f"not a regex: {literal.value}"),
            Text(str(error), str(error)),
        ) from error


def _must_be_condition(node: Node) -> None:
    """`or` is boolean only: 0 dBm and 0 °C are values."""
    literal = isinstance(node, Const) and not isinstance(node.value, bool)
    if literal or isinstance(node, Arithmetic | Negative | Coalesce | Items):
        raise ExpressionError(
            Text(f"这里需要条件：{node.render()}", f"a condition is needed here: {node.render()}"),
            Text("取备用值请用 coalesce(a, b)", "for a fallback value use coalesce(a, b)"),
        )


def _must_count(name: str, given: int, least: int, most: int) -> None:
    if not least <= given <= most:
        wanted = str(least) if least == most else f"{least}-{most}"
        arguments = counted(least, "argument") if least == most else f"{wanted} arguments"
        raise ExpressionError(
            Text(
                f"{name} 需要 {wanted} 个参数，给了 {given} 个",
                f"{name} takes {arguments}: {given}",
            )
        )


def _refused(tree: ast.expr) -> ExpressionError:
    shown = ast.unparse(tree)[:80]
    return ExpressionError(
        Text(f"表达式中不允许：{shown}", f"not allowed in an expression: {shown}"),
        Text(
            "只能用字段、字面量、+ - * /、比较、in、and or not、a if b else c 和列出的函数",
            "only fields, literals, + - * /, comparison, in, and or not, a if b else c, and calls",
        ),
    )


_BUILD: Mapping[type[ast.expr], Callable[..., Node]] = {
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.Attribute: _Compiler.attribute,
    ast.BinOp: _Compiler.arithmetic,
    ast.UnaryOp: _Compiler.unary,
    ast.Compare: _Compiler.comparison,
    ast.BoolOp: _Compiler.logic,
    ast.IfExp: _Compiler.choice,
    ast.List: _Compiler.items,
    ast.Tuple: _Compiler.items,
    ast.Set: _Compiler.items,
    ast.Call: _Compiler.call,
}

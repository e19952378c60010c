"""Goods receipts as a table: a row an item; rows of one number are one receipt."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.stated_table import Entering, StatedTable, Statements
from hub.errors import EntryRefused
from hub.incoming.expected import Shipment
from hub.incoming.forms import ReceiptForm, ScannedForm
from hub.incoming.holding import check_person
from hub.incoming.identity import scanned
from hub.incoming.receive import Came, Receiving
from hub.store.quality.incoming import incoming_of, receipts_numbered
from hub.tabular.problem import Line
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.identifier.item import ItemKind, item_uri, parse_item
from traceability.record.incoming import GoodsReceiptRecord

RECEIPTS = Sheet(
    name="goods-receipts",
    words=Words("Goods receipts", "收货单"),
    columns=(
        Column("receipt", Words("Receipt", "收货单号"), needed=True, most=200),
        Column("supplier", Words("Supplier", "供应商"), needed=True, most=200),
        Column("received_on", Words("Received on", "收货日期"), kind=Kind.DAY, needed=True),
        Column("delivery_note", Words("Delivery note", "送货单")),
        Column("shipment", Words("Shipment", "发货单"), most=200),
        Column("item", Words("Lot, serial or box", "批次、序列号或箱"), needed=True, spellings=("code",)),
        Column("quantity", Words("Quantity", "数量"), kind=Kind.COUNT),
    ),
    key=("receipt", "item"),
    meaning=Words("What came, by the plant's own number of the receipt", "按工厂自己的收货单号登记收到的物料"),
)
_ANY = ScannedForm(code="-")
"""In place of the items, which are looked at row by row."""
_OF_RECEIPT = ("supplier", "received_on", "delivery_note", "shipment")


def receipt_rows(receipts: Iterable[GoodsReceiptRecord]) -> Iterator[Row]:
    """One row an item."""
    for receipt in receipts:
        for one in receipt.items:
            yield {
                "receipt": receipt.number or receipt.id,
                "supplier": receipt.supplier,
                "received_on": receipt.received_on,
                "delivery_note": receipt.delivery_note or None,
                "shipment": receipt.shipment or None,
                "item": one.item,
                "quantity": one.quantity,
            }


class _Receipt(msgspec.Struct):
    """The rows of one receipt."""

    first: Line
    said: dict[str, Any] = msgspec.field(default_factory=dict)
    lines: list[Line] = msgspec.field(default_factory=list)


def read_receipts(entering: Entering, lines: Sequence[Line]) -> Statements:
    """What the rows state; a receipt that stands already is not entered again, and never changed."""
    require_plant(entering.connection, entering.place, where="receipt")
    if entering.by:
        check_person(entering.by)
    found = Statements()
    receipts: dict[str, _Receipt] = {}
    for line in lines:
        receipt = receipts.setdefault(str(line.cells["receipt"]), _Receipt(first=line))
        found.held(line, receipt.said, _OF_RECEIPT)
        receipt.lines.append(line)
    _Read(entering, found, standing_receipts(entering, receipts)).read(receipts)
    return found


def standing_receipts(entering: Entering, names: Iterable[str]) -> dict[str, GoodsReceiptRecord]:
    """The plant's receipts by what a file calls them: their number, or their id."""
    connection, several = entering.connection, list(names)
    ids = {name: name for name in several} | receipts_numbered(connection, entering.place, several)
    known = {
        one.id: one
        for one in incoming_of(connection, GoodsReceiptRecord, plant=entering.place, receipts=sorted(set(ids.values())))
    }
    return {name: known[identity] for name, identity in ids.items() if identity in known}


class _Read:
    """One file that is being read; a unit comes with one of its receipts only."""

    def __init__(self, entering: Entering, found: Statements, standing: Mapping[str, GoodsReceiptRecord]) -> None:
        self._entering, self._found, self._standing = entering, found, standing
        self._receiving = Receiving(entering.hub, entering.connection, entering.place)
        self._units: dict[str, str] = {}

    def read(self, receipts: Mapping[str, _Receipt]) -> None:
        """All of them, in the order of the file."""
        for name, receipt in receipts.items():
            with self._found.of_row(receipt.first):
                self._state(name, receipt)

    def _state(self, name: str, receipt: _Receipt) -> None:
        standing = self._standing.get(name)
        if standing is not None:
            self._compare(name, receipt, standing)
            return
        form = ReceiptForm(number=name, items=[_ANY], entered_by=self._entering.person, **receipt.said)
        shipment = self._receiving.shipment(form.supplier, form.shipment)
        came = self._came(receipt, shipment)
        self._found.new.append(name)
        if came:
            identity = new_id(self._entering.hub, "receipt")
            self._found.records += self._receiving.records(form, came, shipment, identity, self._entering.stamp)

    def _came(self, receipt: _Receipt, shipment: Shipment | None) -> dict[str, Came]:
        came: dict[str, Came] = {}
        of_line: dict[str, Line] = {}
        for line in receipt.lines:
            with self._found.of_row(line, "item"):
                scan = ScannedForm(code=str(line.cells["item"]), quantity=_quantity(line))
                of_line |= dict.fromkeys(self._receiving.take(came, scan, shipment), line)
        for item, refused in self._receiving.known_units(came).items():
            with self._found.of_row(of_line[item], "item"):
                raise refused
        for item in came:
            with self._found.of_row(of_line[item], "item"):
                self._once(item, str(receipt.first.cells["receipt"]))
        return came

    def _once(self, item: str, name: str) -> None:
        receipt = self._units.setdefault(item, name) if parse_item(item).kind is ItemKind.UNIT else name
        if receipt != name:
            raise EntryRefused(f"it came already with {receipt}", where="item", advice="leave one of the rows out")

    def _compare(self, name: str, receipt: _Receipt, standing: GoodsReceiptRecord) -> None:
        same = all(receipt.said.get(field, "") == getattr(standing, field) for field in _OF_RECEIPT)
        stood = {one.item: one.quantity for one in standing.items}
        if not same or not _brings(receipt.lines, stood):
            raise EntryRefused(
                f"receipt {name[:100]!r} was entered with other contents",
                where="receipt",
                advice="a receipt is never changed: declare it wrong and enter it under another number",
            )
        self._found.unchanged += 1


def _brings(lines: Sequence[Line], stood: Mapping[str, int]) -> bool:
    """Whether rows say what a receipt brought; what was in a box the receipt itself says."""
    given: dict[str, int] = {}
    boxes = False
    for line in lines:
        item = scanned(str(line.cells["item"]))
        if item.kind is ItemKind.LOGISTIC_UNIT:
            boxes = True
        else:
            given[item_uri(item)] = _quantity(line) or stood.get(item_uri(item), 0)
    return given.items() <= stood.items() if boxes else given == stood


def _quantity(line: Line) -> int | None:
    quantity = line.cells.get("quantity")
    return quantity if isinstance(quantity, int) else None


RECEIPT_TABLE = StatedTable(sheets=(RECEIPTS,), read=read_receipts)

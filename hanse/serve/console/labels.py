"""Everyday names of what the data calls by short keys: states, roles, arms, legal bases, kinds and effects."""

from __future__ import annotations

from hanse.base.capability import Capability
from hanse.serve.console.texts import Words


def job_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of a job's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "todo": (gettext("waiting"), "", "clock"),
        "doing": (gettext("running"), "warn", "loader-circle"),
        "succeeded": (gettext("done"), "good", "check"),
        "failed": (gettext("failed"), "bad", "circle-alert"),
        "cancelled": (gettext("cancelled"), "", "ban"),
        "aborted": (gettext("stopped"), "", "ban"),
        "aborting": (gettext("stopping"), "warn", "ban"),
    }.get(state, (state, "", "circle-help"))


def import_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of an import's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "running": (gettext("running"), "warn", "loader-circle"),
        "done": (gettext("done"), "good", "check"),
        "failed": (gettext("failed"), "bad", "circle-alert"),
    }.get(state, (state, "", "circle-help"))


def reject_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of a reject's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "open": (gettext("open"), "warn", "circle-alert"),
        "replayed": (gettext("repaired"), "good", "check"),
        "dismissed": (gettext("dismissed"), "", "ban"),
    }.get(state, (state, "", "circle-help"))


def product_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of a product's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "active": (gettext("available"), "good", "check"),
        "discontinued": (gettext("discontinued"), "", "archive"),
        "draft": (gettext("draft"), "warn", "pencil"),
    }.get(state, (state, "", "circle-help"))


def origin(words: Words, name: str) -> str:
    """Return the name of how a text came to be."""
    gettext = words.gettext
    return {"given": gettext("From people or systems"), "generated": gettext("AI-generated"), "translated": gettext("AI-translated")}.get(name, name)


def medium(words: Words, kind: str) -> str:
    """Return the name of a kind of file."""
    gettext = words.gettext
    return {
        "image": gettext("Picture"),
        "document": gettext("Document"),
        "video": gettext("Video"),
        "model_3d": gettext("3D file"),
        "other": gettext("File"),
    }.get(kind, kind)


def model_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of a model's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "current": (gettext("in use"), "good", "check"),
        "ready": (gettext("ready"), "", "clock"),
        "retired": (gettext("retired"), "", "archive"),
    }.get(state, (state, "", "circle-help"))


def role(words: Words, name: str) -> str:
    """Return the name of a role."""
    gettext = words.gettext
    return {
        "viewer": gettext("Viewer"),
        "marketer": gettext("Marketing"),
        "service": gettext("Service"),
        "privacy": gettext("Data protection"),
        "admin": gettext("Administrator"),
    }.get(name, name)


def role_may(words: Words, name: str) -> str:
    """Return what a role may do, in a sentence."""
    gettext = words.gettext
    return {
        "viewer": gettext("Sees every page; personal data is masked."),
        "marketer": gettext("Sees every page, trains models and changes rules; personal data is masked."),
        "service": gettext("Sees every page and may reveal personal data."),
        "privacy": gettext("May reveal personal data, answer privacy requests, read the audit log and say how long data is kept."),
        "admin": gettext("May do everything: import, repair, keys, people."),
    }.get(name, name)


def arm(words: Words, name: str) -> str:
    """Return the name of a side of an experiment."""
    gettext = words.gettext
    return {"treated": gettext("treated"), "held_out": gettext("held out")}.get(name, name)


def basis(words: Words, name: str) -> str:
    """Return why personal data was used, or not."""
    gettext = words.gettext
    return {
        "consent": gettext("with consent"),
        "contract": gettext("for a contract"),
        "legitimate_interest": gettext("legitimate interest"),
        "none": gettext("without personal data: no consent"),
        "anonymous": gettext("names nobody"),
    }.get(name, name)


def purpose(words: Words, name: str) -> str:
    """Return the name of a purpose that personal data is used for."""
    gettext = words.gettext
    return {
        "contract": gettext("fulfilling a contract"),
        "operation": gettext("running the shop"),
        "security": gettext("security"),
        "statistics": gettext("statistics"),
        "personalisation": gettext("personalisation"),
        "advertising": gettext("advertising"),
    }.get(name, name)


def effect(words: Words, name: str) -> str:
    """Return what calling an operation does."""
    gettext = words.gettext
    return {
        "read": gettext("changes nothing"),
        "write": gettext("changes what Hanse keeps"),
        "act": gettext("reaches a person or money"),
    }.get(name, name)


def scope(words: Words, name: str, capability: Capability | None) -> str:
    """Return the name of what a key may be used for: a capability's, or a part of the data."""
    gettext = words.gettext
    if capability is not None:
        return gettext(capability.title)
    return {
        "catalog": gettext("Catalog"),
        "events": gettext("Events"),
        "profiles": gettext("Customers"),
        "consent": gettext("Consents"),
        "experiments": gettext("Experiments"),
        "placements": gettext("Placements"),
        "language": gettext("Language models"),
    }.get(name, name)


def kind(words: Words, name: str) -> str:
    """Return the name of what a file or a reject holds."""
    gettext = words.gettext
    return {
        "orders": gettext("Orders"),
        "products": gettext("Products"),
        "customers": gettext("Customers"),
        "catalog": gettext("Catalog"),
        "documents": gettext("Documents"),
        "event": gettext("Events"),
        "delivery": gettext("Messages from shops"),
    }.get(name, name)


def count(words: Words, name: str) -> str:
    """Return the name of a number in an import's report or a job's result."""
    gettext = words.gettext
    return {
        "rows": gettext("rows"),
        "loaded": gettext("loaded"),
        "known": gettext("known already"),
        "rejected": gettext("rejected"),
        "orders": gettext("orders"),
        "refunds": gettext("refunds"),
        "products": gettext("products"),
        "profiles": gettext("customers"),
        "customers": gettext("customers"),
        "events": gettext("events"),
        "prices": gettext("prices"),
        "stock": gettext("stock levels"),
        "relations": gettext("relations"),
        "documents": gettext("documents"),
        "pages": gettext("pages"),
        "links": gettext("links to products"),
        "left_out": gettext("left out"),
        "gone": gettext("withdrawn"),
        "consents": gettext("consents"),
    }.get(name, name.replace("_", " "))


def relation(words: Words, name: str, *, inverse: bool) -> str:
    """Return how products belong together, as the heading of those it names."""
    gettext = words.gettext
    forward = {
        "spare_part_of": gettext("Spare part of"),
        "accessory_of": gettext("Accessory of"),
        "consumable_of": gettext("Consumable of"),
        "successor_of": gettext("Successor of"),
        "consists_of": gettext("Consists of"),
        "similar_to": gettext("Similar to"),
    }
    backward = {
        "spare_part_of": gettext("Spare parts"),
        "accessory_of": gettext("Accessories"),
        "consumable_of": gettext("Consumables"),
        "successor_of": gettext("Succeeded by"),
        "consists_of": gettext("Part of"),
        "similar_to": gettext("Similar to"),
    }
    return (backward if inverse else forward).get(name, name)


def identity(words: Words, name: str) -> str:
    """Return the name of a kind of identity."""
    gettext = words.gettext
    return {
        "user_id": gettext("Customer number"),
        "anonymous_id": gettext("Browser or app"),
        "email": gettext("E-mail address"),
        "phone": gettext("Phone"),
        "loyalty_card": gettext("Loyalty card"),
        "erp_number": gettext("ERP number"),
    }.get(name, name.replace("_", " "))


def event(words: Words, name: str) -> str:
    """Return what happened, by the name of an event in the Segment specification."""
    gettext = words.gettext
    return {
        "Order Completed": gettext("Order completed"),
        "Order Refunded": gettext("Order refunded"),
        "Order Cancelled": gettext("Order cancelled"),
        "Order Updated": gettext("Order updated"),
        "Product Viewed": gettext("Product viewed"),
        "Product List Viewed": gettext("Product list viewed"),
        "Product Clicked": gettext("Product clicked"),
        "Product Added": gettext("Put in the basket"),
        "Product Removed": gettext("Taken out of the basket"),
        "Products Searched": gettext("Searched"),
        "Cart Viewed": gettext("Basket viewed"),
        "Checkout Started": gettext("Checkout begun"),
        "Product Reviewed": gettext("Product reviewed"),
        "Email Opened": gettext("E-mail opened"),
        "Email Link Clicked": gettext("Link in an e-mail clicked"),
        "Email Sent": gettext("E-mail sent"),
        "Email Delivered": gettext("E-mail delivered"),
        "Unsubscribed": gettext("Unsubscribed"),
        "Impression": gettext("Recommendation shown"),
        "Recommendation Clicked": gettext("Recommendation clicked"),
        "Ticket Opened": gettext("Service request opened"),
        "Ticket Created": gettext("Service request opened"),
        "Ticket Replied": gettext("Service request answered"),
        "Ticket Solved": gettext("Service request closed"),
        "Ticket Closed": gettext("Service request closed"),
        "Landing": gettext("Shop entered"),
        "Payment Authorized": gettext("Payment authorised"),
        "Payment Failed": gettext("Payment failed"),
        "Chargeback Received": gettext("Payment charged back"),
        "Signed In": gettext("Signed in"),
        "Sign In Failed": gettext("Sign-in failed"),
        "Coupon Applied": gettext("Coupon used"),
        "page": gettext("Page viewed"),
        "screen": gettext("Screen viewed"),
        "identify": gettext("Signed in"),
        "group": gettext("Joined a company"),
        "alias": gettext("Linked"),
    }.get(name, name)


def event_type(words: Words, name: str) -> str:
    """Return what kind of message an event is, by its type in the Segment specification."""
    gettext = words.gettext
    return {
        "track": gettext("Something done (track)"),
        "identify": gettext("Signed in or told who (identify)"),
        "page": gettext("Page viewed (page)"),
        "screen": gettext("Screen viewed (screen)"),
        "group": gettext("Joined a company (group)"),
        "alias": gettext("Linked (alias)"),
    }.get(name, name)


def actor_kind(words: Words, name: str) -> str:
    """Return what kind of actor did something."""
    gettext = words.gettext
    return {
        "account": gettext("person"),
        "key": gettext("API key"),
        "job": gettext("job"),
        "shop": gettext("shop"),
        "command line": gettext("command line"),
    }.get(name, name)


def privacy_kind(words: Words, name: str) -> str:
    """Return which right somebody asks for."""
    gettext = words.gettext
    return {
        "access": gettext("Access"),
        "portability": gettext("Portability"),
        "rectification": gettext("Rectification"),
        "erasure": gettext("Erasure"),
        "restriction": gettext("Restriction"),
        "objection": gettext("Objection"),
        "deleted_customer": gettext("Erasure: deleted in the shop"),
        "shop_erasure": gettext("Erasure of a whole shop"),
    }.get(name, name)


def privacy_state(words: Words, state: str) -> tuple[str, str, str]:
    """Return the name of a request's state, how good it is, and its icon."""
    gettext = words.gettext
    return {
        "open": (gettext("open"), "warn", "clock"),
        "overdue": (gettext("overdue"), "bad", "circle-alert"),
        "done": (gettext("done"), "good", "check"),
        "dismissed": (gettext("dismissed"), "", "ban"),
    }.get(state, (state, "", "circle-help"))


def trait(words: Words, name: str) -> str:
    """Return the name of a trait, by its key in the Segment specification."""
    gettext = words.gettext
    return {
        "email": gettext("E-mail address"),
        "phone": gettext("Phone"),
        "address": gettext("Address"),
        "street": gettext("Street"),
        "city": gettext("City"),
        "postalCode": gettext("Postal code"),
        "country": gettext("Country"),
        "state": gettext("Federal state"),
        "firstName": gettext("First name"),
        "lastName": gettext("Last name"),
        "name": gettext("Name"),
        "title": gettext("Title"),
        "gender": gettext("Salutation"),
        "birthday": gettext("Birthday"),
        "company": gettext("Company"),
        "industry": gettext("Industry"),
        "language": gettext("Language"),
        "createdAt": gettext("Customer since"),
        "website": gettext("Website"),
        "employees": gettext("Employees"),
    }.get(name, name)


def merge_cause(words: Words, cause: str, *, day: str, actor: str) -> str:
    """Return why two records are said to be one person, in a sentence."""
    gettext = words.gettext
    return {
        "event": gettext("The same visitor used both in one event, first on %(day)s.", day=day),
        "source": gettext("%(name)s keeps both as one customer, since %(day)s.", name=actor, day=day),
        "match": gettext("The records are so alike that they must be one person; found on %(day)s.", day=day),
        "person": gettext("%(name)s said on %(day)s that they are one person.", name=actor, day=day),
    }.get(cause, cause)


def merge_refusal(words: Words, reason: str) -> str:
    """Return why two records that are said to be one person are not joined, in a sentence."""
    gettext = words.gettext
    if reason.startswith("limit:"):
        return gettext(
            "Not joined: together they would have more of one kind of key than one person has: %(kind)s.", kind=identity(words, reason[6:])
        )
    return {
        "shared": gettext("Not joined: several people use one of the two, as with a shared computer or the address of a department."),
        "separated": gettext("Not joined: somebody said that these are different people."),
    }.get(reason, reason)


def contract(words: Words, kind: str) -> str:
    """Return what kind of contract it is."""
    gettext = words.gettext
    known = {
        "framework": gettext("Framework agreement"),
        "maintenance": gettext("Maintenance"),
        "rental": gettext("Rental"),
        "lease": gettext("Lease"),
    }
    return known.get(kind, kind)


def membership(words: Words, name: str) -> str:
    """Return as what somebody belongs to a company."""
    gettext = words.gettext
    return {
        "member": gettext("Member"),
        "buyer": gettext("Buyer"),
        "technician": gettext("Technician"),
        "owner": gettext("Owner"),
        "subsidiary": gettext("Subsidiary"),
    }.get(name, name)

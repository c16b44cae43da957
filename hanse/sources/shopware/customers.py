"""Customers of Shopware become profiles, and what happens to the newsletter goes into the ledger of consent; pure functions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hanse.base.operation import Purpose
from hanse.sources.shopware.payloads import Address, Customer, Order, OrderCustomer, Recipient, text
from hanse.sources.source import Change, ConsentGiven, PrivacyRequest, changes
from hanse.sources.source.texts import email, phone, present, utc

DIRECT = "direct"
"""Status of a recipient who was added without being asked to confirm."""


def change(customer: Customer, *, at: datetime) -> Change:
    """Return what Shopware's record of a customer says."""
    return Change(
        kind="customer",
        resource_id=customer.id,
        changed_at=utc(customer.updated_at or customer.created_at or at),
        customer=changes.Customer(
            user_id=_user_id(customer, customer.customer_number),
            email=email(customer.email),
            phone=phone(customer.default_billing_address.phone_number if customer.default_billing_address else None),
            traits=_traits(customer, customer.default_billing_address)
            | present(
                {
                    "company": present({"name": customer.company, "vatId": next(iter(customer.vat_ids or []), None)}),
                    "birthday": customer.birthday.date().isoformat() if customer.birthday else None,
                    "createdAt": utc(customer.created_at).isoformat() if customer.created_at else None,
                    "customerGroup": text(customer.group, "name") if customer.group else None,
                }
            ),
            authoritative=True,
        ),
    )


def of_order(order: Order) -> changes.Customer | None:
    """Return who placed an order; null where it does not say."""
    known, address = order.order_customer, order.billing_address
    if known is None:
        return None
    found = changes.Customer(
        user_id=_user_id(known.customer, known.customer_number),
        email=email(known.email),
        phone=phone(address.phone_number if address else None),
        traits=_traits(known, address),
    )
    return found if found.user_id or found.email or found.phone else None


def newsletter(event: str, recipient: Recipient, *, at: datetime, event_id: str) -> Change:
    """Return what happened to somebody's subscription.

    Who signed up has agreed to nothing before the confirmation, unless the shop asks for none.
    """
    address = email(recipient.email)
    names = present({"email": address, "firstName": recipient.first_name, "lastName": recipient.last_name})
    return Change(
        kind="consent",
        resource_id=f"{recipient.id}:{event}",
        changed_at=at,
        customer=changes.Customer(email=address, traits=names),
        consents=_decision(event, recipient, at=at, event_id=event_id),
    )


def deleted(customer: Customer) -> PrivacyRequest:
    """Return what is to be looked at when the shop deletes a customer."""
    subject = {"user_id": customer.customer_number, "email": email(customer.email)}
    return PrivacyRequest(kind="deleted_customer", request_key=customer.id, subject=present(subject))


def _decision(event: str, recipient: Recipient, *, at: datetime, event_id: str) -> tuple[ConsentGiven, ...]:
    confirmed = event == "newsletter.confirm"
    if event == "newsletter.register" and recipient.status != DIRECT:
        return ()
    decided_at = utc(recipient.confirmed_at) if confirmed and recipient.confirmed_at else at
    evidence = {
        "event": event,
        "event_id": event_id,
        "recipient_id": recipient.id,
        "double_opt_in": confirmed if event != "newsletter.unsubscribe" else None,
        "registered_at": utc(recipient.created_at).isoformat() if recipient.created_at else None,
    }
    granted = event != "newsletter.unsubscribe"
    return (
        ConsentGiven(
            purpose=Purpose.ADVERTISING,
            granted=granted,
            confirmed=confirmed,
            channel="newsletter",
            evidence=present(evidence),
            decided_at=decided_at,
        ),
    )


def _user_id(customer: Customer | None, number: str | None) -> str | None:
    """Return the number of a customer; guests get a new one with each order, which names nobody twice."""
    return None if customer is not None and customer.guest else (number or "").strip() or None


def _traits(person: Customer | OrderCustomer, address: Address | None) -> dict[str, Any]:
    where = address or Address()
    country = where.country.iso if where.country else None
    return present(
        {
            "email": email(person.email),
            "phone": phone(where.phone_number),
            "firstName": person.first_name,
            "lastName": person.last_name,
            "company": present({"name": person.company}),
            "address": present({"street": where.street, "postalCode": where.zipcode, "city": where.city, "country": country}),
        }
    )

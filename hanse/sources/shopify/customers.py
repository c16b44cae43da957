"""Customers of Shopify become profiles, their consent goes into the ledger, their privacy requests to the privacy role; pure functions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hanse.base.operation import Purpose
from hanse.sources.shopify.payloads import Address, Customer, EmailConsent, MarketingConsent, Order, PrivacyRequest
from hanse.sources.source import Change, ConsentGiven, changes
from hanse.sources.source.texts import email, phone, present, utc

GRANTED = {"subscribed": True, "unsubscribed": False}
"""States that are decisions; somebody who is pending or was never asked has made none."""

REQUESTS = {"customers/data_request": "access", "customers/redact": "erasure", "shop/redact": "shop_erasure"}


def change(customer: Customer, *, at: datetime) -> Change:
    """Return what Shopify's record of a customer says."""
    return Change(
        kind="customer",
        resource_id=str(customer.id),
        changed_at=utc(customer.updated_at or at),
        customer=changes.Customer(
            user_id=str(customer.id),
            email=email(customer.email),
            phone=phone(customer.phone),
            traits=_traits(customer, customer.default_address),
            authoritative=True,
        ),
        consents=consents(customer.email_marketing_consent),
    )


def of_order(order: Order) -> changes.Customer | None:
    """Return who placed an order; null where it does not say."""
    known = order.customer
    found = changes.Customer(
        user_id=str(known.id) if known else None,
        email=email(order.email or order.contact_email or (known.email if known else None)),
        phone=phone(order.phone or (known.phone if known else None)),
        traits=_traits(known, order.billing_address or (known.default_address if known else None), fallback=order.email or order.contact_email),
    )
    return found if found.user_id or found.email or found.phone else None


def consent_change(payload: EmailConsent, *, at: datetime) -> Change:
    """Return what the webhook about consent alone says."""
    given = payload.email_marketing_consent
    return Change(
        kind="consent",
        resource_id=str(payload.customer_id),
        changed_at=utc(given.consent_updated_at or at),
        customer=changes.Customer(user_id=str(payload.customer_id), email=email(payload.email_address)),
        consents=consents(given),
    )


def consents(given: MarketingConsent | None) -> tuple[ConsentGiven, ...]:
    """Return the decision about e-mails; without its moment it proves nothing and is left out."""
    if given is None or given.state not in GRANTED or given.consent_updated_at is None:
        return ()
    evidence = present({"state": given.state, "opt_in_level": given.opt_in_level})
    decided_at = utc(given.consent_updated_at)
    return (
        ConsentGiven(
            purpose=Purpose.ADVERTISING,
            granted=GRANTED[given.state],
            confirmed=GRANTED[given.state] and given.opt_in_level == "confirmed_opt_in",
            channel="shop e-mail",
            evidence=evidence,
            decided_at=decided_at,
        ),
    )


def request(topic: str, payload: PrivacyRequest, event_id: str) -> changes.PrivacyRequest:
    """Return a privacy request."""
    person = payload.customer
    numbers = [str(each) for each in (*payload.orders_requested, *payload.orders_to_redact)]
    subject: dict[str, Any] = {"shop": payload.shop_domain, "order_resource_ids": numbers or None}
    if person:
        subject |= {"user_id": str(person.id) if person.id else None, "email": email(person.email), "phone": phone(person.phone)}
    asked = payload.data_request.id if payload.data_request else None
    return changes.PrivacyRequest(kind=REQUESTS[topic], request_key=str(asked or event_id), subject=present(subject))


def deleted(customer_id: object) -> changes.PrivacyRequest:
    """Return what is to be looked at when the shop deletes a customer."""
    return changes.PrivacyRequest(kind="deleted_customer", request_key=str(customer_id), subject={"user_id": str(customer_id)})


def _traits(customer: Customer | None, address: Address | None, fallback: str | None = None) -> dict[str, Any]:
    where = address or Address()
    street = " ".join(part.strip() for part in (where.address1, where.address2) if part and part.strip())
    return present(
        {
            "email": email((customer.email if customer else None) or fallback),
            "phone": phone((customer.phone if customer else None) or where.phone),
            "firstName": (customer.first_name if customer else None) or where.first_name,
            "lastName": (customer.last_name if customer else None) or where.last_name,
            "company": present({"name": where.company}),
            "address": present({"street": street, "postalCode": where.zip, "city": where.city, "country": where.country_code}),
            "createdAt": utc(customer.created_at).isoformat() if customer and customer.created_at else None,
        }
    )

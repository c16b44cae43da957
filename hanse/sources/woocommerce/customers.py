"""Customers of WooCommerce become profiles; pure functions. It knows no consent of its own, so none comes from here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hanse.sources.source import Change, PrivacyRequest, changes
from hanse.sources.source.texts import email, phone, present
from hanse.sources.woocommerce import moments
from hanse.sources.woocommerce.payloads import Billing, Customer, Order


def change(customer: Customer, *, at: datetime) -> Change:
    """Return what WooCommerce's record of a customer says."""
    billing = customer.billing or Billing()
    created_at = moments.read(customer.date_created_gmt, "date_created_gmt")
    own = {"firstName": customer.first_name, "lastName": customer.last_name, "email": email(customer.email)}
    return Change(
        kind="customer",
        resource_id=str(customer.id),
        changed_at=moments.read(customer.date_modified_gmt, "date_modified_gmt") or created_at or at,
        customer=changes.Customer(
            user_id=str(customer.id),
            email=email(customer.email),
            phone=phone(billing.phone),
            traits=_traits(billing) | present({**own, "createdAt": created_at.isoformat() if created_at else None}),
            authoritative=True,
        ),
    )


def of_order(order: Order) -> changes.Customer | None:
    """Return who placed an order; null where it does not say."""
    billing = order.billing or Billing()
    found = changes.Customer(
        user_id=str(order.customer_id) if order.customer_id else None,
        email=email(billing.email),
        phone=phone(billing.phone),
        traits=_traits(billing),
    )
    return found if found.user_id or found.email or found.phone else None


def deleted(customer_id: int) -> PrivacyRequest:
    """Return what is to be looked at when the shop deletes a customer."""
    return PrivacyRequest(kind="deleted_customer", request_key=str(customer_id), subject={"user_id": str(customer_id)})


def _traits(billing: Billing) -> dict[str, Any]:
    street = " ".join(part.strip() for part in (billing.address_1, billing.address_2) if part and part.strip())
    return present(
        {
            "email": email(billing.email),
            "phone": phone(billing.phone),
            "firstName": billing.first_name,
            "lastName": billing.last_name,
            "company": present({"name": billing.company}),
            "address": present({"street": street, "postalCode": billing.postcode, "city": billing.city, "country": billing.country}),
        }
    )

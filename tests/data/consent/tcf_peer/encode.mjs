// Encodes choices given as lines of JSON with the IAB's own package; answers each with the string and what the package reads in it.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/`);
const { TCModel, TCString, GVL, PurposeRestriction, Segment } = require("@iabtcf/core");

const PURPOSES = Array.from({ length: 24 }, (_, index) => index + 1);
const HIGHEST = 1200;

function vendorList() {
  const vendor = (id) => ({
    id, name: `Vendor ${id}`, purposes: PURPOSES, legIntPurposes: PURPOSES, flexiblePurposes: PURPOSES,
    specialPurposes: [], features: [], specialFeatures: [], policyUrl: "",
  });
  const named = (ids) => Object.fromEntries(ids.map((id) => [id, { id, name: `${id}`, description: "" }]));
  return {
    gvlSpecificationVersion: 3, vendorListVersion: 77, tcfPolicyVersion: 5, lastUpdated: "2026-01-01T00:00:00Z",
    purposes: named(PURPOSES), specialPurposes: {}, features: {}, specialFeatures: named(Array.from({ length: 12 }, (_, index) => index + 1)),
    stacks: {}, dataCategories: {},
    vendors: Object.fromEntries(Array.from({ length: HIGHEST }, (_, index) => [index + 1, vendor(index + 1)])),
  };
}

const gvl = new GVL(vendorList());
const list = (vector) => { const found = []; vector.forEach((value, id) => { if (value) found.push(id); }); return found; };

function encode(choices) {
  const model = new TCModel(gvl);
  for (const name of ["cmpId", "cmpVersion", "consentScreen", "policyVersion", "isServiceSpecific", "useNonStandardStacks",
    "purposeOneTreatment", "publisherCountryCode", "numCustomPurposes"]) {
    if (name in choices) model[name] = choices[name];
  }
  model.supportOOB = true;
  for (const name of ["specialFeatureOptins", "purposeConsents", "purposeLegitimateInterests", "vendorConsents", "vendorLegitimateInterests",
    "vendorsAllowed", "publisherConsents", "publisherLegitimateInterests", "publisherCustomConsents", "publisherCustomLegitimateInterests"]) {
    model[name].set(choices[name]);
  }
  for (const [purpose, kind, vendors] of choices.restrictions) {
    for (const id of vendors) model.publisherRestrictions.add(id, new PurposeRestriction(purpose, kind));
  }
  model.created = new Date(choices.created);
  model.lastUpdated = new Date(choices.lastUpdated);
  return TCString.encode(model, { segments: choices.segments.map((name) => Segment[name]) });
}

function read(text, segments) {
  const model = TCString.decode(text);
  const restrictions = model.publisherRestrictions.getRestrictions().map((each) => [
    each.purposeId, each.restrictionType, model.publisherRestrictions.getVendors(each).slice().sort((a, b) => a - b),
  ]);
  const has = (name) => segments.includes(name);
  return {
    created: model.created.getTime(), lastUpdated: model.lastUpdated.getTime(), cmpId: model.cmpId, cmpVersion: model.cmpVersion,
    consentScreen: model.consentScreen, consentLanguage: model.consentLanguage, vendorListVersion: model.vendorListVersion,
    policyVersion: model.policyVersion, isServiceSpecific: model.isServiceSpecific, useNonStandardStacks: model.useNonStandardStacks,
    specialFeatureOptins: list(model.specialFeatureOptins), purposeConsents: list(model.purposeConsents),
    purposeLegitimateInterests: list(model.purposeLegitimateInterests), purposeOneTreatment: model.purposeOneTreatment,
    publisherCountryCode: model.publisherCountryCode, vendorConsents: list(model.vendorConsents),
    vendorLegitimateInterests: list(model.vendorLegitimateInterests), restrictions,
    disclosed: has("VENDORS_DISCLOSED") ? list(model.vendorsDisclosed) : null,
    allowed: has("VENDORS_ALLOWED") ? list(model.vendorsAllowed) : null,
    publisher: has("PUBLISHER_TC") ? [list(model.publisherConsents), list(model.publisherLegitimateInterests), model.numCustomPurposes,
      list(model.publisherCustomConsents), list(model.publisherCustomLegitimateInterests)] : null,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const choices = JSON.parse(line);
  const text = encode(choices);
  console.log(JSON.stringify({ text, read: read(text, choices.segments) }));
}

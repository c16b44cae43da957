// Sends with Segment's client for Node what the test in Python looks for. Arguments: the write key and the host.
const { Analytics } = require("@segment/analytics-node");

const [writeKey, host] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host });
const faults = [];
analytics.on("error", (error) => faults.push(error));

analytics.identify({ userId: "u-1", traits: { email: "a@example.org", firstName: "Änne" } });
analytics.track({ userId: "u-1", event: "Order Completed", properties: { order_id: "o-1", revenue: 12.5 } });
analytics.page({ anonymousId: "b-1", name: "Home", properties: { url: "https://shop.example/" } });
analytics.group({ userId: "u-1", groupId: "g-1", traits: { name: "Firma" } });
analytics.alias({ userId: "u-1", previousId: "b-1" });
for (let number = 0; number < 100; number += 1) {
  analytics.track({ userId: "u-1", event: "Product Viewed", properties: { product_id: `p-${number}` }, messageId: `m-${number}` });
}
analytics.closeAndFlush().then(() => {
  process.stdout.write(JSON.stringify(faults.map(String)));
});

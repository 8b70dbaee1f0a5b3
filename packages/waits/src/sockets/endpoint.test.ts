import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isLoopback, isSameAddress, kernelForms, parseKernelForm } from "./endpoint.ts";
import { parseServerSockets } from "./socket-times.ts";
import { TcpTables } from "./tcp-table.ts";
import { findPeer } from "./unix-peer.ts";

test("every address comes back from what the kernel writes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535), (address, port) => {
      const forms = kernelForms({ address, port });
      assert.ok(forms);
      for (const form of [forms.v4, forms.v6]) {
        if (form === undefined) continue;
        const back = parseKernelForm(form);
        assert.ok(back !== undefined && isSameAddress(back.address, address), form);
        assert.equal(back.port, port);
      }
    }),
  );
});

test("one address is the same in all spellings", () => {
  assert.ok(isSameAddress("::ffff:127.0.0.1", "127.0.0.1"));
  assert.ok(isSameAddress("FE80::1%eth0", "fe80:0:0:0:0:0:0:1"));
  assert.equal(isSameAddress("10.0.0.1", "10.0.0.2"), false);
  assert.equal(isSameAddress("nonsense", "nonsense"), false);
  assert.ok(isLoopback("::1") && isLoopback("127.8.8.8") && isLoopback("::ffff:127.0.0.1"));
  assert.equal(isLoopback("10.0.0.1"), false);
});

const row = (local: string, remote: string, inode: number) =>
  `   0: ${local} ${remote} 01 00000005:0000004D 00:00000000 00000000  1000        0 ${inode} 1 0`;

test("a row is found by either end, and only by a whole address", () => {
  const tables = new TcpTables({
    v4: ["  sl  local_address ...", row("0100007F:1538", "0100007F:D431", 77)].join("\n"),
    v6: row("0000000000000000FFFF00000100007F:D431", "0000000000000000FFFF00000100007F:1538", 78),
  });
  const server = { address: "127.0.0.1", port: 0x15_38 };
  const [socket, ...others] = tables.withLocal(server);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [socket?.inode, socket?.unacknowledgedBytes, socket?.unreadBytes, socket?.uid, socket?.state],
    [77, 5, 77, 1000, 1],
  );
  // The other end is in the table for IPv6, as an IPv4 address.
  assert.equal(tables.withRemote(server)[0]?.inode, 78);
  assert.equal(tables.withInode(78)?.local.address, "127.0.0.1");
  assert.equal(tables.withInode(0), undefined);
  assert.deepEqual(tables.withLocal({ address: "27.0.0.1", port: 0x15_38 }), []);
});

test("any text in place of the tables gives no rows, and no error", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const noise = `x 0100007F:1538 ${text} 0100007F:1538\n0100007F:1538`;
      const tables = new TcpTables({ v4: noise, v6: text });
      tables.withLocal({ address: "127.0.0.1", port: 0x15_38 });
      tables.listening(0x15_38);
      parseServerSockets(text);
      findPeer(text, [1]);
    }),
  );
});

test("the times of sockets are read, and 0 where the kernel leaves them out", () => {
  const first = "14 0 [::ffff:127.0.0.1]:6379 [::ffff:127.0.0.1]:42710	 cubic rto:201";
  const output = `${first} lastsnd:120 lastrcv:80 lastack:80 data_segs_out:3 data_segs_in:4 minrtt:0.01
0 0 127.0.0.1%lo:6379 127.0.0.1:42712 cubic lastsnd:9 lastack:8 data_segs_in:1
`;
  assert.deepEqual(parseServerSockets(output), [
    {
      server: { address: "::ffff:127.0.0.1", port: 6379 },
      client: { address: "::ffff:127.0.0.1", port: 42_710 },
      unreadBytes: 14,
      receivedMsAgo: 80,
      sentMsAgo: 120,
    },
    {
      server: { address: "127.0.0.1", port: 6379 },
      client: { address: "127.0.0.1", port: 42_712 },
      unreadBytes: 0,
      receivedMsAgo: 0,
      // It has never sent: what stands there is the time of its opening.
      sentMsAgo: Number.POSITIVE_INFINITY,
    },
  ]);
});

test("the peer of a Unix socket is found by the end that has the path", () => {
  const output = `u_str 0 0 * 661 * 662
u_str 0 0 /tmp/with space/.s.PGSQL.5432 900 * 901
u_str 0 0 * 901 * 900
`;
  assert.equal(findPeer(output, [661, 900]), 901);
  assert.equal(findPeer(output, [5]), undefined);
});

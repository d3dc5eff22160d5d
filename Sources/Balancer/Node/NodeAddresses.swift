import AWSWire
import NIOCore
import NodeNet

/// The addresses of load balancers on this machine: each is a /32 on a bridge without ports. Containers reach them by
/// way of their gateway, which is this machine, so no forwarding rule is in the way.
struct NodeAddresses: Sendable {
    let bridge: String
    let pool: AddressPool
    /// Takes the output of `ip`.
    let output: String

    /// Brings the bridge and exactly these addresses about.
    /// - Returns: what went wrong, as sentences; the rest is done.
    func put(_ wanted: [String]) async -> [String] {
        guard let ip = Program.find("ip") else { return ["`ip` is not installed (apt-get install iproute2)."] }
        let kept = Set(wanted.filter { pool.contains($0) })
        var problems = wanted.filter { !pool.contains($0) }.map { "\($0) is not in the pool \(pool.text)." }
        var present = await present(ip)
        if present == nil {
            guard !kept.isEmpty else { return problems }
            if let words = await make(ip) { return problems + [words] }
            present = []
        }
        for address in kept.sorted() where present?.contains(address) == false {
            if let words = await run(ip, ["addr", "replace", "\(address)/32", "dev", bridge]) {
                problems.append(words)
            }
        }
        for address in (present ?? []).sorted() where !kept.contains(address) && address != pool.gateway {
            // Somebody else's pool may be on the same bridge.
            guard pool.contains(address) else { continue }
            _ = await run(ip, ["addr", "del", "\(address)/32", "dev", bridge])
        }
        return problems
    }

    /// Removes our addresses, and the bridge when nobody else has one on it.
    func remove() async {
        guard let ip = Program.find("ip"), let present = await present(ip) else { return }
        for address in present.sorted() where pool.contains(address) && address != pool.gateway {
            _ = await run(ip, ["addr", "del", "\(address)/32", "dev", bridge])
        }
        _ = await run(ip, ["addr", "del", "\(pool.gateway)/\(pool.length)", "dev", bridge])
        if await self.present(ip)?.isEmpty ?? false { _ = await run(ip, ["link", "del", bridge]) }
    }

    private func make(_ ip: String) async -> String? {
        if let words = await run(ip, ["link", "add", "name", bridge, "type", "bridge"]) { return words }
        if let words = await run(ip, ["addr", "replace", "\(pool.gateway)/\(pool.length)", "dev", bridge]) {
            return words
        }
        return await run(ip, ["link", "set", bridge, "up"])
    }

    /// The bridge's IPv4 addresses; nil when there is no bridge.
    private func present(_ ip: String) async -> Set<String>? {
        guard
            let answer = try? await Program.run(ip, ["-j", "-4", "addr", "show", "dev", bridge], output: output),
            answer.status == 0
        else { return nil }
        let links = (try? JSONValue.parse(Array(answer.text.utf8)))?.arrayValue ?? []
        let addresses = links.flatMap { $0["addr_info"]?.arrayValue ?? [] }
        return Set(addresses.compactMap { $0["local"]?.stringValue })
    }

    private func run(_ ip: String, _ arguments: [String]) async -> String? {
        let line = "ip " + arguments.joined(separator: " ")
        do {
            let answer = try await Program.run(ip, arguments, output: output)
            guard answer.status != 0 else { return nil }
            let cure = answer.text.contains("not permitted") ? " Run as root, or with the capability NET_ADMIN." : ""
            return "`\(line)` failed: \(answer.text.trimmed)\(cure)"
        } catch { return "`\(line)` failed: \(error)" }
    }
}

/// A block of IPv4 addresses for load balancers.
package struct AddressPool: Sendable, Equatable {
    package let text: String
    let network: UInt32
    let length: Int

    /// - Parameter text: CIDR notation, /8 to /30, for example `10.255.0.0/24`.
    /// - Returns: nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), (8...30).contains(length),
            let address = AddressPool.number(String(parts[0]))
        else { return nil }
        self.text = text
        self.length = length
        network = address & AddressPool.mask(length)
    }

    /// The node's own address.
    var gateway: String { AddressPool.text(network + 1) }

    func contains(_ address: String) -> Bool {
        AddressPool.number(address).map { $0 & AddressPool.mask(length) == network } ?? false
    }

    private static func mask(_ length: Int) -> UInt32 { UInt32.max << UInt32(32 - length) }

    private static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let part else { return nil }
            number = number << 8 | UInt32(part)
        }
        return number
    }

    private static func text(_ number: UInt32) -> String {
        [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
    }
}

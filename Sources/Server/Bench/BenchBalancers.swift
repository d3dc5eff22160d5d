import Foundation
import NIOCore
import NIOHTTP1

/// What the measurements of load balancers share: a region, web servers, and somebody who asks all the time.
final class BenchBalancers {
    let elb: BenchELB
    let folder: URL
    /// An address of this machine that targets may have.
    let gateway: String
    /// Where the web server answers.
    let ports: ClosedRange<Int>
    private let web: BenchWeb
    private let group: any EventLoopGroup

    init(_ region: BenchRegion, gateway: String, group: any EventLoopGroup) throws {
        elb = BenchELB(ecs: region.ecs)
        folder = region.folder
        self.gateway = gateway
        self.group = group
        // Below those that the kernel gives to clients.
        ports = 20_000...24_999
        web = try BenchWeb(folder, ports: ports)
    }

    func stop() { web.stop() }

    func waitForHealth(_ group: String, _ states: [String], seconds: Double = 60) async throws {
        try await BenchECS.wait("targets that are \(states)", seconds: seconds, pause: .milliseconds(20)) {
            try await elb.states(group).filter { $0 != "draining" } == states
        }
    }

    /// Waits for a 200, asking every two milliseconds.
    func waitForAnswer(_ address: String, port: Int, seconds: Double = 60) async throws {
        try await BenchECS.wait("an answer of \(address):\(port)", seconds: seconds, pause: .milliseconds(2)) {
            (try? await ask(address, port)) == 200
        }
    }

    private func ask(_ address: String, _ port: Int) async throws -> Int {
        let target = BenchTarget.address(address, port: port)
        let request = BenchRequest(method: .GET, headers: [("Host", target.host), ("Connection", "close")], body: [])
        return try await BenchCall.send(request, to: target, on: group).status
    }

    /// Asks all the time, four at once, until it is cancelled.
    func knock(_ address: String, port: Int) -> Task<Void, Never> {
        let target = BenchTarget.address(address, port: port)
        let request = BenchRequest(method: .GET, headers: [("Host", target.host), ("Connection", "close")], body: [])
        let group = group
        return Task {
            await withDiscardingTaskGroup { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        while !Task.isCancelled {
                            _ = try? await BenchCall.send(request, to: target, on: group)
                            try? await Task.sleep(for: .milliseconds(1))
                        }
                    }
                }
            }
        }
    }
}

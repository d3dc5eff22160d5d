import AWSWire
import Testing

@testable import State

/// What is counted of a service's tasks.
@Suite("The tally of a service") struct ServiceTallyTests {
    private func share(_ start: Int64?) -> ServiceTally.Share {
        ServiceTally.Share(
            service: "default/web", isUnhealthy: false, startedAt: start.map { Timestamp(milliseconds: $0) })
    }

    @Test("the last start is never later than that of a task that is there")
    func lastStart() {
        var tally = ServiceTally()
        for start in [10, nil, 30, 20] as [Int64?] { tally.add(share(start)) }
        #expect(tally.lastStart == Timestamp(milliseconds: 30))
        tally.remove(share(10))
        #expect(tally.lastStart == Timestamp(milliseconds: 30))
        tally.remove(share(30))
        #expect(tally.lastStart == nil)
        tally.add(share(40))
        #expect(tally.lastStart == Timestamp(milliseconds: 40))
        #expect(tally.live == 3)
    }
}

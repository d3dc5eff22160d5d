import AWSModels
import State
import Testing

@testable import Scheduling

@Suite("The circuit breaker's threshold") struct CircuitBreakerTests {
    struct Row: Sendable {
        var desired: Int
        var type: ECS.ThresholdType?
        var value = 50
        var threshold: Int
    }

    /// Source: Amazon ECS Developer Guide, Deployment circuit breaker: half of the desired count, from 3 to 200.
    @Test(
        "is half of the count within bounds, or what the service says",
        arguments: [
            Row(desired: 0, threshold: 3), Row(desired: 1, threshold: 3), Row(desired: 6, threshold: 3),
            Row(desired: 7, threshold: 4), Row(desired: 25, threshold: 13), Row(desired: 400, threshold: 200),
            Row(desired: 1_000, threshold: 200),
            Row(desired: 10, type: .count, value: 7, threshold: 7),
            Row(desired: 10, type: .count, value: 0, threshold: 1),
            Row(desired: 1_000, type: .unboundedPercent, value: 90, threshold: 900),
            Row(desired: 2, type: .unboundedPercent, value: 10, threshold: 1),
            Row(desired: 100, type: .boundedPercent, value: 1, threshold: 3),
        ])
    func threshold(row: Row) {
        let configuration = row.type.map { ECS.ThresholdConfiguration(type: $0, value: row.value) }
        let breaker = ECS.DeploymentCircuitBreaker(enable: true, rollback: false, thresholdConfiguration: configuration)
        #expect(CircuitBreaker.threshold(breaker, desiredCount: row.desired) == row.threshold)
    }
}

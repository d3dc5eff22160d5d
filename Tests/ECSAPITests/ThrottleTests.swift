import AWSModels
import AWSWire
import Testing

@testable import APIPipeline
@testable import ECSAPI

@Suite("Throttling") struct ThrottleTests {
    private let start = Timestamp(milliseconds: 1_767_225_600_000)

    @Test("a bucket gives its burst at once, then as many as come in with the time")
    func bucket() {
        var bucket = TokenBucket(burst: 20, sustained: 1)
        func taken(_ tries: Int, afterMilliseconds milliseconds: Int64) -> Int {
            (0..<tries).filter { _ in bucket.take(at: start.advanced(by: .milliseconds(milliseconds))) }.count
        }
        #expect(taken(30, afterMilliseconds: 0) == 20)
        #expect(taken(1, afterMilliseconds: 999) == 0)
        #expect(taken(2, afterMilliseconds: 1_000) == 1)
        #expect(taken(30, afterMilliseconds: 3_600_000) == 20)
        #expect(taken(1, afterMilliseconds: 0) == 0, "a clock that goes back fills nothing")
    }

    @Test("operations of one category share a bucket, and the error is ECS's")
    func categories() {
        let throttle = Throttle(Throttle.Quota.ecs)
        for _ in 0..<25 { #expect(throws: Never.self) { try throttle.admit(ECS.Operations.listClusters, at: start) } }
        for _ in 0..<25 {
            #expect(throws: Never.self) { try throttle.admit(ECS.Operations.describeClusters, at: start) }
        }
        #expect { try throttle.admit(ECS.Operations.listClusters, at: start) } throws: { error in
            (error as? WireError)?.code == "ThrottlingException" && (error as? WireError)?.message == "Rate exceeded"
        }
        #expect(throws: Never.self) { try throttle.admit(ECS.Operations.runTask, at: start) }
    }

    @Test("every operation that has a quota is in the model, and in one category")
    func names() {
        let names = Throttle.Quota.ecs.flatMap(\.operations)
        #expect(Set(names).count == names.count)
        for name in names { #expect(ECS.api.operation(name) != nil, "\(name)") }
    }
}

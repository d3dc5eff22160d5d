import AWSModels
import AWSWire
import Testing

@Suite("Wire values")
struct ValueTests {
    @Test(
        "times have their calendar forms",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_732_336_196_123, "2024-11-23T04:29:56.123Z", "Sat, 23 Nov 2024 04:29:56 GMT"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String, String)])
    func calendar(milliseconds: Int64, iso: String, http: String) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.iso8601 == iso)
        #expect(time.httpDate == http)
        #expect(Timestamp(iso8601: iso) == time)
        #expect(Timestamp(httpDate: http)?.seconds == time.seconds)
        #expect(Timestamp(iso8601Basic: time.iso8601Basic)?.seconds == time.seconds)
    }

    @Test("every day of four centuries goes both ways")
    func days() {
        for day in Int64(-30_000)..<116_097 {
            let time = Timestamp(milliseconds: day * 86_400_000)
            guard Timestamp(iso8601: time.iso8601) == time else {
                Issue.record("\(time.iso8601)")
                return
            }
        }
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "2024", "2024-13-01", "2024-02-30", "2024-11-23T24:00:00Z", "2024-11-23T04:29:56",
            "2024-11-23T04:29:56.Z",
        ])
    func noTimes(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test("offsets are honoured")
    func offsets() {
        #expect(Timestamp(iso8601: "2024-11-23T06:29:56+02:00") == Timestamp(iso8601: "2024-11-23T04:29:56Z"))
        #expect(Timestamp(iso8601: "2024-11-22T23:59:56-0430") == Timestamp(iso8601: "2024-11-23T04:29:56Z"))
    }

    @Test("times add and subtract, and stay at the ends")
    func arithmetic() {
        let time = Timestamp(milliseconds: 1_000)
        #expect(time.advanced(by: .milliseconds(-1_500)).milliseconds == -500)
        #expect(Timestamp(milliseconds: 2_500) - time == .milliseconds(1_500))
        #expect(Timestamp(milliseconds: .max).advanced(by: .seconds(1)).milliseconds == .max)
        #expect(Timestamp(milliseconds: -500).seconds == -1)
    }

    @Test("the same seed gives the same chance")
    func chance() {
        var one = SeededRandom(seed: 7)
        var two = SeededRandom(seed: 7)
        #expect((0..<100).map { _ in one.next() } == (0..<100).map { _ in two.next() })
        #expect(one.hex(33).count == 33)
        #expect(one.digits(19).count == 19 && one.digits(1) != "0")
        #expect(one.uuid().wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        #expect(Set((0..<1_000).map { _ in one.uuid() }).count == 1_000)
    }

    @Test("ARNs are taken apart and put together")
    func arns() {
        let arn = ARN("arn:aws:ecs:us-east-1:000000000000:task-definition/web:3")
        #expect(arn?.resource == "task-definition/web:3")
        #expect(arn?.description == "arn:aws:ecs:us-east-1:000000000000:task-definition/web:3")
        #expect(ARN("arn:aws:iam::000000000000:root")?.region == "")
        for text in ["", "arn", "arn:aws:ecs:r:a", "arn:aws:ecs:r:a:", "ARN:aws:ecs:r:a:x"] {
            #expect(ARN(text) == nil)
        }
    }

    @Test("headers are found in any case")
    func headers() {
        var headers: HTTPHeaders = ["X-A": "1", "x-a": "2", "Y": "3"]
        #expect(headers["x-A"] == "1")
        #expect(headers.values("X-A") == ["1", "2"])
        headers["X-a"] = "4"
        #expect(headers.values("x-a") == ["4"])
        headers["y"] = nil
        #expect(headers.fields.count == 1)
    }

    @Test("the ECS model is whole")
    func model() {
        #expect(ECS.api.operations.count == 88)
        #expect(ECS.api.operation("RunTask")?.errors.contains("ClusterNotFoundException") == true)
        #expect(ECS.api.operation("Nothing") == nil)
        for operation in ECS.api.operations.values {
            #expect(operation.input.schema.kind == .structure)
            #expect(operation.output.schema.kind == .structure)
        }
    }
}

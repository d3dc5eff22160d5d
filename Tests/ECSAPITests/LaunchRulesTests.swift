import State
import Testing

/// What RunTask and StartTask refuse.
@Suite("Rules for launching tasks") struct LaunchRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the request.
        var members: String
        /// A part of the error's message.
        var says: String
        var code = "InvalidParameterException"

        var testDescription: String { members }
    }

    private func region() -> TestRegion {
        let region = TestRegion()
        let definition = #"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":128}]}"#
        for (operation, body) in [("CreateCluster", "{}"), ("RegisterTaskDefinition", definition)] {
            #expect(region.call(operation, body).status == 200)
        }
        return region
    }

    @Test(
        "RunTask",
        arguments: [
            Row(members: #""count":0"#, says: "Count must be between 1 and 10."),
            Row(members: #""count":2147483647"#, says: "Count must be between 1 and 10."),
            Row(members: #""clientToken":"\#(String(repeating: "x", count: 65))""#, says: "64 characters"),
            Row(members: #""enableExecuteCommand":true"#, says: "because a valid task role is not being used."),
            Row(members: #""propagateTags":"SERVICE""#, says: "cannot be propagated from a service"),
            Row(members: #""startedBy":"a b""#, says: "startedBy"),
            Row(members: #""overrides":{"cpu":"9223372036854775807"}"#, says: "Invalid 'cpu' setting for task."),
            Row(members: #""overrides":{"memory":"9223372036854775807"}"#, says: "Invalid 'memory' setting for task."),
            Row(members: #""overrides":{"containerOverrides":[{"name":"web","memory":-1}]}"#, says: "negative size"),
            Row(members: #""placementConstraints":[{"type":"memberOf","expression":"x"}]"#, says: "Invalid expression"),
            Row(members: #""placementStrategy":[{"type":"binpack","field":"x"}]"#, says: "Invalid field 'x'"),
            Row(members: #""tags":[{"key":"aws:x","value":"y"}]"#, says: "'aws:' is reserved"),
        ])
    func run(row: Row) {
        let answer = region().call("RunTask", #"{"taskDefinition":"web",\#(row.members)}"#)
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(answer.message.contains(row.says), "\(answer.message)")
    }

    @Test("a task role in the overrides is enough for ECS Exec")
    func overriddenRole() {
        let members = #""enableExecuteCommand":true,"overrides":{"taskRoleArn":"arn:aws:iam::000000000000:role/r"}"#
        let answer = region().call("RunTask", #"{"taskDefinition":"web",\#(members)}"#)
        #expect(answer.message == "No Container Instances were found in your cluster.")
    }

    /// Two tasks whose sizes would not fit into a number together once ended the region.
    @Test("the largest sizes are too large for an instance, and no more")
    func hugeSizes() {
        let region = region()
        let resources = #"{"name":"CPU","integerValue":2147483647},{"name":"MEMORY","integerValue":2147483647}"#
        #expect(region.call("RegisterContainerInstance", #"{"totalResources":[\#(resources)]}"#).status == 200)
        region.change { tx in
            for var instance in tx.snapshot.list(ContainerInstanceRecord.self) {
                instance.agentConnected = true
                tx.put(instance)
            }
        }
        let sizes = #""overrides":{"cpu":"2147483647","memory":"2147483647"}"#
        let first = region.call("RunTask", #"{"taskDefinition":"web","count":2,\#(sizes)}"#)
        #expect(first.json["tasks"]?.arrayValue?.count == 1, "\(first.text)")
        #expect(first.json["failures"]?.arrayValue?.first?["reason"]?.stringValue == "RESOURCE:CPU")
    }

    @Test("a token of a request that started nothing may be used again")
    func tokenOfNothing() {
        let region = region()
        #expect(region.call("RegisterContainerInstance").status == 200)
        let request = #"{"taskDefinition":"web","clientToken":"t"}"#
        for _ in 0..<2 {
            let answer = region.call("RunTask", request)
            #expect(answer.json["failures"]?.arrayValue?.first?["reason"]?.stringValue == "AGENT", "\(answer.text)")
        }
    }
}

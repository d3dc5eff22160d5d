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
            Row(members: #""startedBy":"\#(String(repeating: "x", count: 129))""#, says: "up to 128 letters"),
            Row(members: #""group":"service:web""#, says: "Group cannot begin with 'service:'."),
            Row(members: environment(8_192), says: "longer than 8192 characters"),
            Row(members: #""overrides":{"cpu":"9223372036854775807"}"#, says: "Invalid 'cpu' setting for task."),
            Row(members: #""overrides":{"memory":"9223372036854775807"}"#, says: "Invalid 'memory' setting for task."),
            Row(members: #""overrides":{"containerOverrides":[{"name":"web","memory":-1}]}"#, says: "negative size"),
            Row(members: #""placementConstraints":[{"type":"memberOf","expression":"x"}]"#, says: "Invalid expression"),
            Row(members: #""placementConstraints":[{"type":"memberOf"}]"#, says: "Expression must be given"),
            Row(
                members: #""placementConstraints":[{"type":"distinctInstance","expression":"attribute:a exists"}]"#,
                says: "Expression is not allowed"),
            Row(members: many("placementConstraints", "distinctInstance", 11), says: "at most 10"),
            Row(members: many("placementStrategy", "random", 6), says: "at most 5"),
            Row(members: #""placementStrategy":[{"type":"binpack","field":"x"}]"#, says: "Invalid field 'x'"),
            Row(members: #""placementStrategy":[{"type":"spread"}]"#, says: "Invalid field ''"),
            Row(members: #""placementStrategy":[{"field":"cpu"}]"#, says: "type must not be null"),
            Row(members: #""launchType":"MANAGED_INSTANCES""#, says: "does not support launch_type MANAGED_INSTANCES."),
            Row(members: #""tags":[{"key":"aws:x","value":"y"}]"#, says: "'aws:' is reserved"),
        ])
    func run(row: Row) {
        let answer = region().call("RunTask", #"{"taskDefinition":"web",\#(row.members)}"#)
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(answer.message.contains(row.says), "\(answer.message)")
    }

    private static func many(_ list: String, _ type: String, _ count: Int) -> String {
        #""\#(list)":[\#(Array(repeating: #"{"type":"\#(type)"}"#, count: count).joined(separator: ","))]"#
    }

    /// Overrides that are a little longer than `length`.
    private static func environment(_ length: Int) -> String {
        let value = String(repeating: "x", count: length)
        return #""overrides":{"containerOverrides":[{"name":"web","environment":[{"name":"A","value":"\#(value)"}]}]}"#
    }

    @Test(
        "what is just short enough is taken",
        arguments: [
            #""startedBy":"\#(String(repeating: "x", count: 128))""#, environment(8_000),
            many("placementConstraints", "distinctInstance", 10), many("placementStrategy", "random", 5),
        ])
    func longest(members: String) {
        let region = region()
        region.connectInstance()
        let answer = region.call("RunTask", #"{"taskDefinition":"web",\#(members)}"#)
        #expect(answer.json["tasks"]?.arrayValue?.count == 1, "\(answer.text)")
    }

    /// Source: Amazon ECS API Reference, RunTask and CreateService (placementConstraints).
    @Test("the constraints of the definition count against the limit, too")
    func constraintsOfDefinition() {
        let region = region()
        let own = #""placementConstraints":[{"type":"memberOf","expression":"agentConnected == true"}]"#
        let definition = #"{"family":"own",\#(own),"containerDefinitions":[{"name":"a","image":"i","memory":9}]}"#
        #expect(region.call("RegisterTaskDefinition", definition).status == 200)
        let more = LaunchRulesTests.many("placementConstraints", "distinctInstance", 10)
        let calls = [
            ("RunTask", #"{"taskDefinition":"own",\#(more)}"#),
            ("CreateService", #"{"serviceName":"s","desiredCount":1,"taskDefinition":"own",\#(more)}"#),
        ]
        for (operation, body) in calls {
            #expect(region.call(operation, body).message.contains("together with those of the task definition"))
        }
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
        region.connectInstance()
        let sizes = #""overrides":{"cpu":"2147483647","memory":"2147483647"}"#
        let first = region.call("RunTask", #"{"taskDefinition":"web","count":2,\#(sizes)}"#)
        #expect(first.json["tasks"]?.arrayValue?.count == 1, "\(first.text)")
        #expect(first.json["failures"]?.arrayValue?.first?["reason"]?.stringValue == "RESOURCE:CPU")
    }

    /// Source: Amazon ECS API Reference, StopTask (reason).
    @Test("a reason to stop has up to 1024 characters, and an empty one is none")
    func stopReasons() {
        let region = region()
        region.connectInstance()
        for (reason, says) in [("", "Task stopped by user"), (String(repeating: "x", count: 1_024), nil)] {
            let run = region.call("RunTask", #"{"taskDefinition":"web"}"#).json["tasks"]?.arrayValue?.first
            let task = run?["taskArn"]?.stringValue ?? ""
            let long = region.call(
                "StopTask", #"{"task":"\#(task)","reason":"\#(String(repeating: "x", count: 1_025))"}"#)
            #expect(long.message.contains("longer than 1024 characters"))
            let stop = region.call("StopTask", #"{"task":"\#(task)","reason":"\#(reason)"}"#)
            #expect(stop.json["task"]?["stoppedReason"]?.stringValue == says ?? reason, "\(stop.text)")
        }
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

    @Test("the same token answers with the same tasks; with other members it is a conflict that names them")
    func token() {
        let region = region()
        region.connectInstance()
        let request = #"{"taskDefinition":"web","count":2,"clientToken":"t"}"#
        let first = region.call("RunTask", request)
        #expect(first.json["tasks"]?.arrayValue?.count == 2, "\(first.text)")
        #expect(region.call("RunTask", request).text == first.text)
        let other = region.call("RunTask", #"{"taskDefinition":"web","count":1,"clientToken":"t"}"#)
        #expect(other.code == "ConflictException")
        let arns = first.json["tasks"]?.arrayValue?.compactMap { $0["taskArn"]?.stringValue }
        #expect(other.json["resourceIds"]?.arrayValue?.compactMap(\.stringValue) == arns)
        region.wait(.seconds(24 * 3_600 + 1))
        #expect(region.call("RunTask", request).text != first.text)
    }

    @Test("StartTask asks neither constraints nor strategies, only the instance")
    func startTask() {
        let region = region()
        region.connectInstance()
        let constraint = #"{"type":"memberOf","expression":"attribute:stack == prod"}"#
        let definition =
            #"{"family":"web","placementConstraints":[\#(constraint)],"#
            + #""containerDefinitions":[{"name":"web","image":"nginx","memory":128}]}"#
        #expect(region.call("RegisterTaskDefinition", definition).status == 200)
        let arn = region.call("ListContainerInstances").json["containerInstanceArns"]?.arrayValue?.first?.stringValue
        let run = region.call("RunTask", #"{"taskDefinition":"web"}"#)
        let reason = run.json["failures"]?.arrayValue?.first?["reason"]?.stringValue
        #expect(reason == "MemberOf placement constraint unsatisfied.")
        let start = region.call("StartTask", #"{"taskDefinition":"web","containerInstances":["\#(arn ?? "")"]}"#)
        #expect(start.json["tasks"]?.arrayValue?.count == 1, "\(start.text)")
    }
}

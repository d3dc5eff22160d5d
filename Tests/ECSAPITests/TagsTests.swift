import AWSModels
import AWSWire
import Testing

@testable import ECSAPI

@Suite("Tags") struct TagsTests {
    struct Row: Sendable {
        var key: String?
        var value: String?
        var isAllowed: Bool
    }

    @Test(
        "keys and values keep AWS's rules",
        arguments: [
            Row(key: "team", value: "a", isAllowed: true), Row(key: "team", value: nil, isAllowed: true),
            Row(key: "Größe 1", value: "_.:/=+-@", isAllowed: true), Row(key: "", value: "a", isAllowed: false),
            Row(key: nil, value: "a", isAllowed: false), Row(key: "a#b", value: "a", isAllowed: false),
            Row(key: "aws:x", value: "a", isAllowed: false), Row(key: "AWS:x", value: "a", isAllowed: false),
            Row(key: "a\n", value: "a", isAllowed: false), Row(key: "a", value: "{}", isAllowed: false),
            Row(key: String(repeating: "k", count: 128), value: String(repeating: "v", count: 256), isAllowed: true),
            Row(key: String(repeating: "k", count: 129), value: "", isAllowed: false),
            Row(key: "k", value: String(repeating: "v", count: 257), isAllowed: false),
        ])
    func rules(row: Row) {
        let tags = try? Tags.checked([ECS.Tag(key: row.key, value: row.value)])
        #expect((tags != nil) == row.isAllowed)
    }

    @Test("a key cannot be given twice; keys are case-sensitive")
    func duplicates() throws {
        #expect(throws: WireError.self) { try Tags.checked([ECS.Tag(key: "a"), ECS.Tag(key: "a")]) }
        #expect(try Tags.checked([ECS.Tag(key: "a"), ECS.Tag(key: "A")]).count == 2)
    }

    /// One of each kind of resource that has tags.
    private func region() -> (region: TestRegion, arns: [String]) {
        let region = TestRegion()
        let container = #"{"name":"a","image":"i","memory":64}"#
        let instances =
            #"{"infrastructureRoleArn":"arn:aws:iam::000000000000:role/r","instanceLaunchTemplate":{"#
            + #""ec2InstanceProfileArn":"arn:aws:iam::000000000000:instance-profile/p","#
            + #""networkConfiguration":{"subnets":["subnet-1"]}}}"#
        let provider = #"{"name":"mi","cluster":"default","managedInstancesProvider":\#(instances)}"#
        let daemon = #"{"daemonName":"d","daemonTaskDefinitionArn":"d","capacityProviderArns":["mi"]}"#
        let gateway =
            #"{"name":"g","infrastructureRoleArn":"arn:aws:iam::000000000000:role/r","#
            + #""configuration":{"hostSharedAlb":{}}}"#
        func arn(_ operation: String, _ body: String, _ path: String...) -> String {
            let answer = region.call(operation, body)
            let value = path.reduce(answer.json) { value, name in
                value[name] ?? value.arrayValue?.first?[name] ?? .null
            }
            #expect(value.stringValue != nil, "\(answer.text)")
            return value.stringValue ?? ""
        }
        let cluster = arn("CreateCluster", "{}", "cluster", "clusterArn")
        region.connectInstance()
        let instance = region.call("ListContainerInstances").json["containerInstanceArns"]?.arrayValue?.first
        return (
            region,
            [
                cluster, instance?.stringValue ?? "",
                arn("CreateCapacityProvider", provider, "capacityProvider", "capacityProviderArn"),
                arn(
                    "RegisterTaskDefinition", #"{"family":"web","containerDefinitions":[\#(container)]}"#,
                    "taskDefinition", "taskDefinitionArn"),
                arn("RunTask", #"{"taskDefinition":"web"}"#, "tasks", "taskArn"),
                arn(
                    "CreateService",
                    #"{"serviceName":"s","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}"#,
                    "service", "serviceArn"),
                arn(
                    "CreateTaskSet", #"{"cluster":"default","service":"s","taskDefinition":"web"}"#,
                    "taskSet", "taskSetArn"),
                arn(
                    "RegisterDaemonTaskDefinition", #"{"family":"d","containerDefinitions":[\#(container)]}"#,
                    "daemonTaskDefinitionArn"),
                arn("CreateDaemon", daemon, "daemonArn"), arn("CreateGateway", gateway, "gatewayArn"),
            ]
        )
    }

    @Test("whatever has an ARN and tags is tagged, listed and untagged by it")
    func kinds() {
        let (region, arns) = region()
        #expect(Set(arns).count == 10)
        for arn in arns {
            let tags = #"[{"key":"team","value":"a"}]"#
            #expect(region.call("TagResource", #"{"resourceArn":"\#(arn)","tags":\#(tags)}"#).text == "{}")
            let listed = region.call("ListTagsForResource", #"{"resourceArn":"\#(arn)"}"#)
            #expect(listed.text == #"{"tags":\#(tags)}"#, "\(arn)")
            #expect(region.call("UntagResource", #"{"resourceArn":"\#(arn)","tagKeys":["team"]}"#).text == "{}")
            #expect(region.call("ListTagsForResource", #"{"resourceArn":"\#(arn)"}"#).text == #"{"tags":[]}"#)
        }
    }

    @Test("of what is not there nobody can see or change tags")
    func unknown() {
        let (region, arns) = region()
        for arn in arns {
            let last = arn.contains(":task-definition/") || arn.contains(":daemon-task-definition/") ? ":99" : "x"
            let gone = (last == ":99" ? String(arn.dropLast(2)) : arn) + last
            let answer = region.call("TagResource", #"{"resourceArn":"\#(gone)","tags":[{"key":"a"}]}"#)
            let code = arn.contains(":cluster/") ? "ClusterNotFoundException" : "InvalidParameterException"
            #expect(answer.code == code, "\(answer.text)")
            #expect(region.call("ListTagsForResource", #"{"resourceArn":"\#(gone)"}"#).code == code)
        }
    }

    @Test("a resource has up to 50 tags, Amazon's own not counted")
    func limit() {
        let region = TestRegion()
        func tags(_ range: ClosedRange<Int>) -> String {
            range.map { #"{"key":"k\#($0)","value":""}"# }.joined(separator: ",")
        }
        let arn = "arn:aws:ecs:us-east-1:000000000000:cluster/web"
        #expect(region.call("CreateCluster", #"{"clusterName":"web","tags":[\#(tags(1...50))]}"#).status == 200)
        let more = region.call("TagResource", #"{"resourceArn":"\#(arn)","tags":[\#(tags(51...51))]}"#)
        #expect(more.code == "LimitExceededException")
        let same = region.call("TagResource", #"{"resourceArn":"\#(arn)","tags":[\#(tags(1...50))]}"#)
        #expect(same.status == 200)
        #expect(Tags.userTagCount([ECS.Tag(key: "aws:ecs:clusterName"), ECS.Tag(key: "a")]) == 1)
    }
}

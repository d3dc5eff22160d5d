import AWSModels
import AWSWire
import State
import Testing

@testable import ECSAPI

@Suite("Daemon task definitions") struct DaemonTaskDefinitionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the definition, beside family and containers.
        var task = ""
        /// Members of the one container, beside name and image.
        var container = ""
        /// A part of the message.
        var says: String

        var testDescription: String { "\(task) \(container)" }
    }

    /// The rules of all definitions hold, and a few more.
    @Test(
        "a bad one is refused in ECS's words",
        arguments: [
            Row(task: #","family":"a b""#, says: "Family contains invalid characters"),
            Row(task: #","cpu":"64""#, says: "Invalid 'cpu' setting for task."),
            Row(task: #","memory":"64""#, container: #","memory":128"#, says: "exceeds the 'memory' value of the task"),
            Row(task: #","taskRoleArn":"""#, says: "Role is not valid"),
            Row(container: #","memory":3"#, says: "The memory must be at least 4 MiB."),
            Row(container: #","essential":false"#, says: "At least one container"),
            Row(container: #","healthCheck":{"command":["x"]}"#, says: "must begin with CMD"),
            Row(container: #","secrets":[{"name":"a","valueFrom":"b"}]"#, says: "'executionRoleArn'"),
            Row(container: #","mountPoints":[{"sourceVolume":"v","containerPath":"/v"}]"#, says: "Unknown volume 'v'."),
            Row(container: #","dependsOn":[{"containerName":"x","condition":"START"}]"#, says: "Unknown container"),
            Row(container: #","logConfiguration":{"logDriver":"awslogs"}"#, says: "requires options: awslogs-group"),
            Row(container: #","logConfiguration":{"logDriver":"gelf"}"#, says: "'gelf' is not supported for daemons"),
            Row(
                task: #","volumes":[{"name":"v","host":{},"logDriverVolumeConfiguration":{"driver":"json-file"}}]"#,
                says: "Only one volume configuration can be specified for volume 'v'."),
            Row(
                task: #","volumes":[{"name":"v","logDriverVolumeConfiguration":{"driver":"awslogs"}}]"#,
                says: "must be 'json-file'"),
        ])
    func rules(row: Row) {
        let containers = #"[{"name":"agent","image":"i"\#(row.container)}]"#
        let answer = TestRegion().call(
            "RegisterDaemonTaskDefinition", #"{"family":"f","containerDefinitions":\#(containers)\#(row.task)}"#)
        #expect(answer.code == "ClientException")
        #expect(answer.message.contains(row.says), "\(answer.message)")
    }

    @Test("a daemon's task has the host's namespaces when it shares them, and the engine's logs as a volume")
    func asTask() {
        let definition = ECS.TaskDefinition(
            ECS.DaemonTaskDefinition(
                volumes: [
                    ECS.DaemonVolume(name: "own", host: ECS.HostVolumeProperties(sourcePath: "/own")),
                    ECS.DaemonVolume(
                        name: "logs", logDriverVolumeConfiguration: .init(driver: .jsonFile)),
                ], pidMode: .shared, ipcMode: ECS.DaemonIpcMode.none))
        #expect(definition.pidMode == .host)
        #expect(definition.ipcMode == nil)
        #expect(definition.volumes?.map { $0.host?.sourcePath } == ["/own", "/var/lib/docker/containers"])
    }

    @Test("lists come whole and in order over pages", arguments: ["ASC", "DESC"], ["ACTIVE", "ALL"])
    func pages(sort: String, status: String) {
        let region = TestRegion()
        for number in 0..<12 { register(["web", "web-2", "api"][number % 3], region) }
        #expect(region.call("DeleteDaemonTaskDefinition", #"{"daemonTaskDefinition":"web:2"}"#).status == 200)
        let members = #""sort":"\#(sort)","status":"\#(status)""#
        let expected = ["api", "web", "web-2"].flatMap { family in (1...4).map { "\(family):\($0)" } }
            .filter { status == "ALL" || $0 != "web:2" }
        #expect(list(members, region) == (sort == "ASC" ? expected : expected.reversed()))
        let family = expected.filter { $0.hasPrefix("web:") }
        #expect(list(members + #","family":"web""#, region) == (sort == "ASC" ? family : family.reversed()))
        let prefixed = expected.filter { $0.hasPrefix("web") }
        #expect(list(members + #","familyPrefix":"we""#, region) == (sort == "ASC" ? prefixed : prefixed.reversed()))
    }

    private func register(_ family: String, _ region: TestRegion) {
        _ = region.call(
            "RegisterDaemonTaskDefinition",
            #"{"family":"\#(family)","containerDefinitions":[{"name":"agent","image":"i"}]}"#)
    }

    /// `family:revision` of all that is listed, over pages of five.
    private func list(_ members: String, _ region: TestRegion) -> [String] {
        var names: [String] = []
        var token = ""
        repeat {
            let next = token.isEmpty ? "" : #","nextToken":"\#(token)""#
            let answer = region.call("ListDaemonTaskDefinitions", #"{"maxResults":5,\#(members)\#(next)}"#).json
            let page = answer["daemonTaskDefinitions"]?.arrayValue ?? []
            names += page.compactMap { $0["arn"]?.stringValue?.split(separator: "/").last.map(String.init) }
            token = answer["nextToken"]?.stringValue ?? ""
        } while !token.isEmpty && names.count < 100
        return names
    }
}

import AWSModels
import AWSWire
import Testing

@testable import Scheduling

/// What a task takes of an instance.
@Suite("What a task needs") struct ResourceNeedTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the definition beside its containers.
        var task = ""
        /// Members of each container beside its name: `c0`, `c1` and so on.
        var containers: [String]
        var overrides: String?
        var cpu = 0
        var memory = 0

        var testDescription: String { "\(task) \(containers) \(overrides ?? "")" }

        var need: ResourceNeed { ResourceNeed(definition, overrides.map { .trusted(Array("{\($0)}".utf8)) }) }

        private var definition: ECS.TaskDefinition {
            let list = containers.enumerated().map { index, members in
                #"{"name":"c\#(index)"\#(members.isEmpty ? "" : ",")\#(members)}"#
            }
            let containers = #""containerDefinitions":[\#(list.joined(separator: ","))]"#
            return .trusted(Array("{\(task.isEmpty ? "" : task + ",")\(containers)}".utf8))
        }
    }

    /// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
    @Test(
        "a task needs its own size, or the sum over its containers; overrides win",
        arguments: [
            Row(containers: [#""memory":64"#, #""memory":32,"cpu":10"#], cpu: 10, memory: 96),
            Row(containers: [#""memory":64,"memoryReservation":16"#, #""memoryReservation":8"#], memory: 24),
            Row(task: #""cpu":"256","memory":"512""#, containers: [#""cpu":10,"memory":64"#], cpu: 256, memory: 512),
            Row(task: #""memory":"512""#, containers: [#""cpu":10,"memory":64"#], cpu: 10, memory: 512),
            Row(
                task: #""cpu":"256","memory":"512""#, containers: [""], overrides: #""cpu":"128","memory":"1024""#,
                cpu: 128, memory: 1_024),
            Row(
                containers: [#""cpu":10,"memory":64"#, #""memory":32"#],
                overrides: #""containerOverrides":[{"name":"c0","cpu":20,"memory":100}]"#, cpu: 20, memory: 132),
            Row(
                containers: [#""memory":64,"memoryReservation":16"#],
                overrides: #""containerOverrides":[{"name":"c0","memory":100}]"#, memory: 16),
            Row(
                containers: [#""memory":64,"memoryReservation":16"#],
                overrides: #""containerOverrides":[{"name":"c0","memoryReservation":32}]"#, memory: 32),
        ])
    func sizes(row: Row) {
        #expect((row.need.cpuUnits, row.need.memoryMiB) == (row.cpu, row.memory))
    }

    /// Source: Amazon ECS API Reference, PortMapping (hostPort).
    @Test("only static host ports are needed; on the host's network every port is one")
    func ports() {
        let ports =
            #""portMappings":[{"containerPort":80,"hostPort":8080},{"containerPort":81,"hostPort":0},"#
            + #"{"containerPort":82},{"containerPort":53,"hostPort":53,"protocol":"udp"}]"#
        let bridge = Row(containers: [ports]).need
        #expect((bridge.ports, bridge.udpPorts) == ([8_080], [53]))
        let host = Row(
            task: #""networkMode":"host""#,
            containers: [#""portMappings":[{"containerPort":80},{"containerPort":53,"protocol":"udp"}]"#]
        ).need
        #expect((host.ports, host.udpPorts) == ([80], [53]))
    }
}

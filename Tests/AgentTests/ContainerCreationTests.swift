import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Create requests")
struct ContainerCreationTests {
    private func creation(_ container: ACS.Container, _ change: (inout ACS.Task) -> Void = { _ in })
        -> ContainerCreation
    {
        var random = SeededRandom(seed: 1)
        var task = ACS.Task.sample(containers: [container, .sample("db")])
        change(&task)
        let volumes = TaskVolumes(task, EngineNames(task), .sample, &random)
        return ContainerCreation(
            container, of: task, engineNames: ["app": "ecs-web-3-app-0", "db": "ecs-web-3-db-1"], volumes: volumes,
            settings: .sample)
    }

    @Test("names and labels are the official agent's")
    func names() {
        let bench = makeMachine([.sample("my_app.1")])
        #expect(bench.containers[0].engineName.hasPrefix("ecs-web-3-myapp1-"))
        #expect(bench.containers[0].engineName.count == "ecs-web-3-myapp1-".count + 20)
        let labels = creation(.sample()).configuration["Labels"]
        #expect(labels?["com.amazonaws.ecs.task-arn"] == .string(taskARN))
        #expect(labels?["com.amazonaws.ecs.container-name"] == "app")
        #expect(labels?["com.amazonaws.ecs.task-definition-family"] == "web")
        #expect(labels?["com.amazonaws.ecs.task-definition-version"] == "3")
        #expect(labels?["com.amazonaws.ecs.cluster"] == "default")
        #expect(labels?["io.roost.instance"] == "i-1")
    }

    struct Row: Sendable {
        var change: @Sendable (inout ACS.Container) -> Void
        var path: [String]
        var value: JSONValue
    }

    @Test(
        "members of the payload become the engine's",
        arguments: [
            Row(change: { $0.cpu = 0 }, path: ["HostConfig", "CpuShares"], value: 2),
            Row(change: { $0.cpu = 512 }, path: ["HostConfig", "CpuShares"], value: 512),
            Row(change: { $0.memory = 64 }, path: ["HostConfig", "Memory"], value: 67_108_864),
            Row(change: { $0.memory = 1 }, path: ["HostConfig", "Memory"], value: 6_291_456),
            Row(change: { $0.command = ["a", "b"] }, path: ["Cmd"], value: ["a", "b"]),
            Row(change: { $0.overrides = #"{"command":["c"]}"# }, path: ["Cmd"], value: ["c"]),
            Row(change: { $0.overrides = "nonsense" }, path: ["Image"], value: "busybox:latest"),
            Row(change: { $0.entryPoint = ["sh"] }, path: ["Entrypoint"], value: ["sh"]),
            Row(
                change: { $0.environment = ["AWS_REGION": "eu-west-1", "A": "1"] }, path: ["Env"],
                value: ["A=1", "AWS_REGION=eu-west-1"]),
            Row(change: { _ in }, path: ["Env"], value: ["AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1"]),
            Row(change: { $0.links = ["db:store"] }, path: ["HostConfig", "Links"], value: ["ecs-web-3-db-1:store"]),
            Row(
                change: { $0.volumesFrom = [ACS.VolumeFrom(sourceContainer: "db", readOnly: true)] },
                path: ["HostConfig", "VolumesFrom"], value: ["ecs-web-3-db-1:ro"]),
            Row(change: { _ in }, path: ["HostConfig", "NetworkMode"], value: "bridge"),
            Row(
                change: { $0.portMappings = [ACS.PortMapping(containerPort: 80, hostPort: 0, protocol: "tcp")] },
                path: ["HostConfig", "PortBindings"], value: ["80/tcp": [["HostIp": "0.0.0.0", "HostPort": ""]]]),
            Row(
                change: { $0.portMappings = [ACS.PortMapping(containerPort: 53, hostPort: 5_353, protocol: "udp")] },
                path: ["HostConfig", "PortBindings"], value: ["53/udp": [["HostIp": "0.0.0.0", "HostPort": "5353"]]]),
            Row(
                change: { $0.dockerConfig = ACS.DockerConfig(config: #"{"User":"1000","Hostname":null}"#) },
                path: ["User"],
                value: "1000"),
            Row(
                change: {
                    $0.dockerConfig = ACS.DockerConfig(hostConfig: #"{"NetworkMode":"host","Privileged":true}"#)
                },
                path: ["HostConfig", "Privileged"], value: true),
        ])
    func members(row: Row) {
        let body = creation(.sample().with { row.change(&$0) }).configuration
        #expect(row.path.reduce(body) { $0?[$1] } == row.value)
    }

    @Test("a container sees the GPUs that are its own, through the engine's runtime for them")
    func gpus() {
        let associations = [("g1", "app"), ("g2", "db"), ("g3", "app")].map { id, container in
            ACS.Association(name: id, type: "gpu", containers: [container])
        }
        let configuration = creation(.sample()) { $0.associations = associations }.configuration
        #expect(configuration["Env"]?.arrayValue?.contains("NVIDIA_VISIBLE_DEVICES=g1,g3") == true)
        #expect(configuration["HostConfig"]?["Runtime"] == "nvidia")
        let plain = creation(.sample()).configuration
        #expect(plain["HostConfig"]?["Runtime"] == nil)
        #expect(plain["Env"]?.arrayValue?.contains { $0.stringValue?.hasPrefix("NVIDIA") == true } == false)
    }

    @Test("volumes: a path, a volume of the task, a shared one")
    func volumes() {
        let container = ACS.Container.sample().with {
            $0.mountPoints = ["path", "scratch", "shared"].map {
                ACS.MountPoint(sourceVolume: $0, containerPath: "/\($0)", readOnly: $0 == "path")
            }
        }
        let body = creation(container) {
            $0.volumes = [
                ACS.Volume(name: "path", type: "host", host: ACS.HostVolume(sourcePath: "/srv")),
                ACS.Volume(name: "scratch", type: "host", host: ACS.HostVolume()),
                ACS.Volume(
                    name: "shared", type: "docker", dockerVolumeConfiguration: ACS.DockerVolume(scope: "shared")),
            ]
        }.configuration
        let binds = body["HostConfig"]?["Binds"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(binds[0] == "/srv:/path:ro")
        #expect(binds[1].hasPrefix("ecs-web-3-scratch-"))
        #expect(binds[1].hasSuffix(":/scratch"))
        #expect(binds[2] == "shared:/shared")
    }
}

import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("An agent killed between any two steps")
struct CrashTests {
    private func variable(_ name: String, _ value: String) -> [String: String] { ["ROOST_SIMULATE_\(name)": value] }

    /// Two containers in an order, an interface, shared namespaces, limits, volumes: every kind of step there is.
    private func rich() -> ACS.Task {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "init", condition: "SUCCESS")]
            $0.portMappings = [ACS.PortMapping(containerPort: 80, hostPort: 0, protocol: "tcp")]
            $0.mountPoints = [ACS.MountPoint(sourceVolume: "data", containerPath: "/data")]
        }
        let first = ACS.Container.sample("init", essential: false).with {
            $0.environment = variable("EXIT_AFTER", "0")
        }
        var task = ACS.Task.sample(containers: [app, first, .sample("side", essential: false)])
        (task.pidMode, task.cpu, task.memory) = ("task", 0.5, 256)
        (task.networkMode, task.elasticNetworkInterfaces) = ("awsvpc", [.sample])
        task.volumes = [
            ACS.Volume(name: "data", type: "docker", dockerVolumeConfiguration: ACS.DockerVolume(driver: "local"))
        ]
        return task
    }

    private func ending(_ code: String) -> ACS.Task {
        .sample(containers: [
            .sample("app").with {
                $0.environment = variable("EXIT_AFTER", "0").merging(variable("EXIT_CODE", code)) { $1 }
            },
            .sample("side", essential: false),
        ])
    }

    private func failing() -> ACS.Task {
        .sample(containers: [
            .sample("app").with { $0.environment = variable("START_ERROR", "no such device") }, .sample("side"),
        ])
    }

    @Test(
        "the task ends as it would have, is told of once, and leaves nothing", arguments: ["rich", "ending", "failing"])
    func everywhere(story: String) {
        let task = story == "rich" ? rich() : story == "ending" ? ending("3") : failing()
        var whole = CrashWorld(task, killedBefore: nil)
        whole.live()
        #expect(whole.status == .stopped)
        #expect(whole.breach == nil)
        // How far its neighbour came depends on the moment when that was stopped.
        func outcome(_ world: CrashWorld) -> [String] {
            story == "rich" ? ends(world) : ends(world).filter { $0.hasPrefix("app ") }
        }
        #expect(whole.count > 30)
        for step in 0..<whole.count {
            var world = CrashWorld(task, killedBefore: step)
            world.live()
            #expect(world.isKilled, "\(story), killed before step \(step)")
            #expect(world.breach == nil, "\(story), killed before step \(step)")
            #expect(world.status == .stopped, "\(story), killed before step \(step)")
            #expect(outcome(world) == outcome(whole), "\(story), killed before step \(step)")
            #expect(world.engine.all.isEmpty, "\(story), killed before step \(step)")
            #expect(world.disk.isEmpty, "\(story), killed before step \(step)")
        }
    }

    /// How each container ended, as the server knows it.
    private func ends(_ world: CrashWorld) -> [String] {
        var last: [String: ContainerReport] = [:]
        for container in world.reports.flatMap(\.containers) { last[container.name] = container }
        return last.values.map { "\($0.name) \($0.status.rawValue) \($0.exitCode ?? -1) \($0.reason ?? "")" }.sorted()
    }
}

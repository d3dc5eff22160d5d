import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

@Suite("A service at rest") struct ServiceRestTests {
    /// What may happen to a service that needs nothing.
    enum Disturbance: String, CaseIterable, Sendable {
        case unhealthy, draining, scaledOut, scaledIn, lostTask, newDeployment, emptyDeployment, deleted, newZone

        func happen(to world: inout ControlWorld, _ key: Key<ServiceRecord>) {
            let task = world.snapshot.liveTasks(of: key)[0]
            switch self {
            case .unhealthy: world.transaction.update(task.key) { $0.containers[0].healthStatus = .unhealthy }
            case .draining:
                let instance = ContainerInstanceRecord.key("default", task.instanceID ?? "")
                world.transaction.update(instance) { $0.status = .draining }
            case .scaledOut: world.transaction.update(key) { $0.desiredCount += 1 }
            case .scaledIn: world.transaction.update(key) { $0.desiredCount -= 1 }
            case .lostTask: world.transaction.update(task.key) { $0.advance(to: .stopped, at: world.now) }
            case .newDeployment, .emptyDeployment:
                world.transaction.update(key) { service in
                    var other = service.deployments[0]
                    other.id = "ecs-svc/2"
                    if self == .emptyDeployment {
                        other.status = .active
                        service.deployments.append(other)
                    } else {
                        service.deployments[0].status = .active
                        other.rolloutState = .inProgress
                        service.deployments.insert(other, at: 0)
                    }
                }
            case .deleted: world.transaction.update(key) { $0.status = .draining }
            case .newZone:
                var instance = world.snapshot.get(ContainerInstanceRecord.key("default", "instance0"))
                instance?.id = "far"
                instance?.attributes = [ECS.Attribute(name: "ecs.availability-zone", value: "us-east-1c")]
                if let instance { world.transaction.put(instance) }
            }
        }
    }

    private let key = ServiceRecord.key("default", "web")

    /// A service of four healthy tasks whose roll-out is complete.
    private var world: ControlWorld {
        var world = ControlWorld()
        world.transaction.update(TaskDefinitionRecord.key("web", 1)) { record in
            record.definition.containerDefinitions?[0].healthCheck = ECS.HealthCheck(command: ["CMD", "true"])
        }
        world.addService("web", desired: 4)
        world.transaction.update(key) { $0.settings.availabilityZoneRebalancing = .enabled }
        for _ in 0..<3 {
            world.transaction.apply(world.decide(ServiceController(), key.path))
            world.letTasksRun()
            for task in world.snapshot.liveTasks(of: key) {
                world.transaction.update(task.key) { $0.containers[0].healthStatus = .healthy }
            }
            world.now = world.now.advanced(by: .seconds(60))
        }
        return world
    }

    @Test("is known by its counts") func rests() throws {
        let world = world
        let service = try #require(world.snapshot.get(key))
        #expect(rest(of: service, in: world.snapshot, at: world.now) == .untilChange)
        #expect(world.decide(ServiceController(), key.path) == Plan())
    }

    @Test("is disturbed by whatever a decision acts on", arguments: Disturbance.allCases)
    func isDisturbed(by disturbance: Disturbance) throws {
        var world = world
        disturbance.happen(to: &world, key)
        let service = try #require(world.snapshot.get(key))
        #expect(rest(of: service, in: world.snapshot, at: world.now) == .none)
        #expect(world.decide(ServiceController(), key.path) != Plan())
    }

    @Test("is also one whose tasks are on their way") func waits() throws {
        var world = ControlWorld()
        world.addService("web", desired: 4)
        world.transaction.apply(world.decide(ServiceController(), key.path))
        #expect(rest(of: try #require(world.snapshot.get(key)), in: world.snapshot, at: world.now) == .untilChange)
        #expect(world.decide(ServiceController(), key.path) == Plan())
        world.letTasksRun()
        // All run: from now on time decides.
        let end = world.now.advanced(by: .seconds(40))
        #expect(rest(of: try #require(world.snapshot.get(key)), in: world.snapshot, at: world.now) == .until(end))
        #expect(world.decide(ServiceController(), key.path) == Plan(wakeAt: end))
        world.now = end
        #expect(!world.decide(ServiceController(), key.path).changes.isEmpty)
    }

    @Test("is not one on its way that ends early", arguments: [true, false])
    func endsEarly(isEnabled: Bool) throws {
        var world = ControlWorld()
        world.addService("web", desired: 4)
        world.transaction.update(key) { service in
            service.settings.deploymentConfiguration.earlySuccessCriteria = ECS.DeploymentEarlySuccessCriteria(
                enable: isEnabled, healthyPercent: 50)
        }
        world.transaction.apply(world.decide(ServiceController(), key.path))
        let service = try #require(world.snapshot.get(key))
        let isResting = rest(of: service, in: world.snapshot, at: world.now) == .untilChange
        #expect(isResting != isEnabled)
    }

    @Test("is not disturbed by what happens to instances without its tasks") func isIndifferent() throws {
        var world = world
        for id in ["spare", "gone"] {
            var instance = try #require(world.snapshot.get(ContainerInstanceRecord.key("default", "instance0")))
            instance.id = id
            instance.status = id == "gone" ? .inactive : .draining
            world.transaction.put(instance)
        }
        let service = try #require(world.snapshot.get(key))
        #expect(rest(of: service, in: world.snapshot, at: world.now) == .untilChange)
    }
}

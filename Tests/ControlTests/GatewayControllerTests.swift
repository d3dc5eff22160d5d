import AWSModels
import State
import Testing

@testable import Control

/// The two laws of controllers, and what ends when, for gateways.
@Suite("The gateway controller") struct GatewayControllerTests {
    /// A thing in progress, the subject it is decided under, and whether something is to be done.
    enum Situation: String, CaseIterable, Sendable {
        case updated, created, leaving, inUse, draining, gone, disassociating, stillRouted

        var subject: String {
            switch self {
            case .updated: "gateway/front"
            case .disassociating, .stillRouted: "association/default/front"
            default: "route/front/default/web"
            }
        }

        var hasWork: Bool { [.updated, .leaving, .gone, .disassociating].contains(self) }

        var world: ControlWorld {
            var world = ControlWorld()
            world.addService("web", desired: 1)
            var gateway = GatewayRecord()
            gateway.name = "front"
            gateway.status = self == .updated ? .updateInProgress : .active
            world.transaction.put(gateway)
            var association = GatewayAssociationRecord()
            association.cluster = "default"
            association.gateway = "front"
            association.status = [.disassociating, .stillRouted].contains(self) ? .disassociating : .active
            world.transaction.put(association)
            if self != .disassociating { world.transaction.put(route) }
            world.transaction.update(ServiceRecord.key("default", "web")) { change(&$0) }
            return world
        }

        private var route: GatewayRouteRecord {
            var route = GatewayRouteRecord()
            route.gateway = "front"
            route.cluster = "default"
            route.service = "web"
            route.status = self == .created || self == .stillRouted ? .createInProgress : .deleteInProgress
            return route
        }

        private func change(_ service: inout ServiceRecord) {
            switch self {
            case .inUse:
                var old = service.deployments[0]
                old.id = "ecs-svc/0"
                old.status = .active
                service.deployments.append(old)
            case .draining: service.status = .draining
            case .gone: service.status = .inactive
            default: break
            }
        }
    }

    private let controller = GatewayController()

    @Test("deciding twice gives equal plans", arguments: Situation.allCases)
    func isRepeatable(situation: Situation) {
        let world = situation.world
        #expect(world.decide(controller, situation.subject) == world.decide(controller, situation.subject))
    }

    @Test("what has come to its end is ended, and nothing is left to decide", arguments: Situation.allCases)
    func settles(situation: Situation) {
        var world = situation.world
        let plan = world.decide(controller, situation.subject)
        #expect(plan.changes.isEmpty == !situation.hasWork)
        #expect(plan.wakeAt == nil)
        world.transaction.apply(plan)
        #expect(world.decide(controller, situation.subject).changes.isEmpty)
    }

    @Test("an update is complete, a route and its association go")
    func ends() {
        var world = Situation.updated.world
        world.transaction.apply(world.decide(controller, "gateway/front"))
        #expect(world.snapshot.get(GatewayRecord.key("front"))?.status == .updateComplete)

        world = Situation.gone.world
        world.transaction.update(GatewayAssociationRecord.key("default", "front")) { $0.status = .disassociating }
        world.transaction.apply(world.decide(controller, "route/front/default/web"))
        let subjects = world.transaction.changes.last.map { controller.subjects(of: $0, in: world.snapshot) }
        #expect(subjects == ["association/default/front"])
        world.transaction.apply(world.decide(controller, "association/default/front"))
        #expect(world.snapshot.list(GatewayRouteRecord.self).isEmpty)
        #expect(world.snapshot.list(GatewayAssociationRecord.self).isEmpty)
    }

    @Test("a service names its routes, and at start everything is looked at")
    func subjects() {
        let world = Situation.leaving.world
        let change = world.transaction.changes.last
        #expect(change.map { controller.subjects(of: $0, in: world.snapshot) } == ["route/front/default/web"])
        #expect(
            controller.allSubjects(in: world.snapshot) == [
                "gateway/front", "route/front/default/web", "association/default/front",
            ])
        #expect(world.decide(controller, "nonsense").changes.isEmpty)
    }
}

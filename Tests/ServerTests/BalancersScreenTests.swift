import AWSWire
import State
import Testing

@testable import Server

@Suite("Load balancers in roost status") struct BalancersScreenTests {
    @Test("nothing of what is not there") func empty() {
        let snapshot = Snapshot(realm: Realm(account: "000000000000", region: "us-east-1"))
        #expect(BalancersScreen.lines(BalancersPage.body(snapshot)) == [])
    }

    @Test("balancers with their targets, nodes with their problems") func lines() {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id, balancer.dnsName) = ("front", "1", "front.elb.localhost")
        transaction.put(balancer)
        var node = BalancerNodeRecord()
        (node.name, node.zone, node.pool, node.isConnected) = ("node", "us-east-1a", "10.1.0.0/24", true)
        node.problems = [BalancerProblem(loadBalancer: "app/front/1", listener: nil, text: "The port 80 is taken.")]
        transaction.put(node)
        let lines = BalancersScreen.lines(BalancersPage.body(transaction.snapshot))
        #expect(lines.count == 5)
        #expect(lines[1].hasSuffix("provisioning  front.elb.localhost  no address  0 listeners  targets 0/0 healthy"))
        #expect(lines[2].hasSuffix("us-east-1a  connected  addresses 10.1.0.0/24"))
        #expect(lines[3] == "           ! app/front/1: The port 80 is taken.")
    }
}

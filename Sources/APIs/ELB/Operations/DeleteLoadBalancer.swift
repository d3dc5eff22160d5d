import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a load balancer with its listeners and rules. One that is not there is deleted already.
/// Source: Elastic Load Balancing API Reference, DeleteLoadBalancer.
struct DeleteLoadBalancer: Operation {
    static let model = ELB.Operations.deleteLoadBalancer

    func access(
        _ input: ELB.DeleteLoadBalancerInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.DeleteLoadBalancerInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeleteLoadBalancerOutput {
        let record: LoadBalancerRecord
        do throws(WireError) {
            record = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        } catch {
            guard error.code == "LoadBalancerNotFound" else { throw error }
            return ELB.DeleteLoadBalancerOutput()
        }
        guard record.attribute("deletion_protection.enabled") != "true" else {
            throw .operationNotPermitted(
                "Load balancer '\(input.loadBalancerArn)' cannot be deleted because deletion protection is enabled")
        }
        let prefix = record.key.path + "/"
        for rule in tx.snapshot.list(ListenerRuleRecord.self, prefix: prefix) { tx.delete(rule.key) }
        for listener in tx.snapshot.list(ListenerRecord.self, prefix: prefix) { tx.delete(listener.key) }
        tx.delete(record.key)
        return ELB.DeleteLoadBalancerOutput()
    }
}

import APIPipeline
import AWSModels
import AWSWire
import State

/// Ends what another account makes of a shared trust store. There is one account: an association that is there is its
/// own, which is ended by changing the listener.
/// Source: Elastic Load Balancing API Reference, DeleteSharedTrustStoreAssociation.
struct DeleteSharedTrustStoreAssociation: ReadOperation {
    static let model = ELB.Operations.deleteSharedTrustStoreAssociation

    func access(
        _ input: ELB.DeleteSharedTrustStoreAssociationInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func read(
        _ input: ELB.DeleteSharedTrustStoreAssociationInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DeleteSharedTrustStoreAssociationOutput {
        let store = try snapshot.trustStore(arn: input.trustStoreArn)
        let users = snapshot.listeners(verifyingAgainst: store.key)
        guard users.contains(where: { $0.arn(snapshot.realm) == input.resourceArn }) else {
            throw .associationNotFound("The specified association does not exist.")
        }
        throw .deleteAssociationSameAccount("The specified association can't be within the same account.")
    }
}

//! Members.

use configcat_management::types::{InviteMembersRequest, UpdateMemberPermissionsRequest};
use serde_json::json;

use super::{HAIRY, INVITATION, ORGANIZATION, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("DELETE /v1/invitations/{INVITATION}", |client| client
            .delete_invitation(INVITATION)),
        row!(
            "GET /v1/organizations/{ORGANIZATION}/invitations",
            |client| client.get_pending_invitations_org(ORGANIZATION)
        ),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/members/{HAIRY}",
            |client| {
                client.add_member_to_group(
                    ORGANIZATION,
                    HAIRY,
                    UpdateMemberPermissionsRequest::new(),
                )
            }
        )
        .body(json!({})),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/members/{HAIRY}",
            |client| {
                let body = UpdateMemberPermissionsRequest::new()
                    .with_is_admin(false)
                    .with_is_billing_manager(true)
                    .with_permission_group_ids([9007199254740999_i64, 9007199254741001_i64])
                    .with_remove_from_permission_groups_where_id_not_set(false);
                client.add_member_to_group(ORGANIZATION, HAIRY, body)
            }
        )
        .body(json!({
            "isAdmin": false,
            "isBillingManager": true,
            "permissionGroupIds": [9007199254740999_i64, 9007199254741001_i64],
            "removeFromPermissionGroupsWhereIdNotSet": false,
        })),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/members/{HAIRY}",
            |client| {
                let body = UpdateMemberPermissionsRequest::new().with_permission_group_ids(vec![]);
                client.add_member_to_group(ORGANIZATION, HAIRY, body)
            }
        )
        .body(json!({"permissionGroupIds": []})),
        row!(
            "DELETE /v1/organizations/{ORGANIZATION}/members/{HAIRY}",
            |client| { client.delete_organization_member(ORGANIZATION, HAIRY) }
        ),
        row!("GET /v1/products/{PRODUCT}/invitations", |client| client
            .get_pending_invitations(PRODUCT)),
        row!("GET /v1/products/{PRODUCT}/members", |client| client
            .get_product_members(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/members/invite", |client| {
            let body =
                InviteMembersRequest::new(["emails “q” \"w\"".to_string()], 9007199254740995);
            client.invite_member(PRODUCT, body)
        })
        .body(json!({"emails": ["emails “q” \"w\""], "permissionGroupId": 9007199254740995_i64})),
        row!("POST /v1/products/{PRODUCT}/members/invite", |client| {
            let body = InviteMembersRequest::new(
                [
                    "emails “q” \"w\"".to_string(),
                    "emails back\\slash".to_string(),
                ],
                9007199254740995,
            );
            client.invite_member(PRODUCT, body)
        })
        .body(json!({
            "emails": ["emails “q” \"w\"", "emails back\\slash"],
            "permissionGroupId": 9007199254740995_i64,
        })),
        row!("POST /v1/products/{PRODUCT}/members/invite", |client| {
            let body = InviteMembersRequest::new(Vec::<String>::new(), 9007199254740995);
            client.invite_member(PRODUCT, body)
        })
        .body(json!({"emails": [], "permissionGroupId": 9007199254740995_i64})),
        row!("DELETE /v1/products/{PRODUCT}/members/{HAIRY}", |client| {
            client.delete_product_member(PRODUCT, HAIRY)
        }),
        row!("GET /v2/organizations/{ORGANIZATION}/members", |client| {
            client.get_organization_members_v2(ORGANIZATION)
        }),
    ]
}

#[allow(deprecated)]
pub(super) fn deprecated_rows() -> Vec<Row> {
    vec![row!(
        "GET /v1/organizations/{ORGANIZATION}/members",
        |client| client.get_organization_members(ORGANIZATION)
    )]
}
